"""The address of a client. Only those entries of X-Forwarded-For count that our own proxies wrote."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

_IPV6_PREFIX = 64  # bits; one client usually has a whole network of this size


def address_of(request: HttpRequest) -> str:
    """Return the address of the client that sent the request. For IPv6 return its network instead.

    Each of our proxies (`TRUSTED_PROXIES`, 0 if there is none) appends to X-Forwarded-For the address that it heard from.
    The entry of the outermost proxy is the client's address. The entries before it were written by the client.
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
