"""Where a request came from. A header that anybody may write is believed only as far as our own proxies wrote it."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

_IPV6_PREFIX = 64  # bits; whoever has one IPv6 address has all of these


def address_of(request: HttpRequest) -> str:
    """The client's address, of IPv6 its network.

    Each of our proxies (`TRUSTED_PROXIES`, 0 where there is none) appends to X-Forwarded-For whom it heard: the entry that
    the outermost of them wrote is the client's. What stands before it the client wrote itself.
    """
    heard = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    proxies = settings.TRUSTED_PROXIES
    named = heard[-proxies] if 0 < proxies <= len(heard) else request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(named)
    except ValueError:
        return str(request.META.get("REMOTE_ADDR", ""))
    if address.version == 6:
        return str(ipaddress.ip_network(f"{address}/{_IPV6_PREFIX}", strict=False).network_address)
    return str(address)
