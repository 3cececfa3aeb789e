"""One form for each e-mail address: spellings of one mailbox have the same form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wholesale.plumbing.addresses import DOMAIN_MAX_LENGTH, one_form

JEAN = "jean@xn--qubec-maisons-chb.ca"


@pytest.mark.parametrize(
    "text",
    [
        JEAN,
        "jean@québec-maisons.ca",
        "JEAN@QUÉBEC-MAISONS.CA",
        "Jean@XN--QUBEC-Maisons-chb.CA",
        "jean@que\u0301bec-maisons.ca",  # a letter and its accent apart
        "jean@\uff51\uff55ébec-maisons.ca",  # full width
        "jean\uff20québec-maisons.ca",
        *(f"jean@québec-maisons{dot}ca" for dot in ".\u3002\uff0e\uff61\u2024"),
        "jean@québec-maisons.ca.",
        "jean@xn--qubec-maisons-chb.ca.",
        "  jean@québec-maisons.ca\n",
        "\u202ajean@québec\u00ad-maisons.ca\u202c\u200b\ufeff",  # invisible characters
        "Jean Québec <Jean@québec-maisons.ca>",
        "<jean@québec-maisons.ca>",
        "mailto:jean@québec-maisons.ca",
    ],
)
def test_spellings_of_one_address_have_one_form(text: str) -> None:
    assert one_form(text) == JEAN
    assert one_form(one_form(text)) == JEAN


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Je\u0301an@example.ca", "jéan@example.ca"),
        ("jean@\u2603.net", "jean@xn--n3h.net"),  # a snowman: invalid in IDNA 2008, but such domains exist
        ("jean@straße.de", "jean@xn--strae-oqa.de"),
        ("jean@under_score.ca", "jean@under_score.ca"),
        ('"a@b"@Example.ca', '"a@b"@example.ca'),
        ("jean+list@example.ca", "jean+list@example.ca"),
        ("Example.ca", "example.ca"),
        ("", ""),
        ("@", "@"),
        ("jean@\ud800é.ca", "jean@\ud800é.ca"),
        ("jean@xn--zz.ca", "jean@xn--zz.ca"),
        (f"jean@{'é' * (DOMAIN_MAX_LENGTH + 1)}", f"jean@{'é' * (DOMAIN_MAX_LENGTH + 1)}"),
    ],
)
def test_an_address_has_its_form(text: str, form: str) -> None:
    assert one_form(text) == form


@pytest.mark.parametrize("other", ["jean@quebec-maisons.ca", "jeanne@québec-maisons.ca", "jean@québec-maisons.com"])
def test_different_addresses_stay_different(other: str) -> None:
    assert one_form(other) != JEAN


LETTERS = st.text(st.characters(whitelist_categories=["Ll", "Lu", "Lo", "Nd", "Mn"]), min_size=1, max_size=8)


@given(local=LETTERS, domain=st.lists(LETTERS, min_size=1, max_size=3), dot=st.sampled_from(".\u3002\uff0e\uff61"))
def test_the_form_of_a_form_is_itself(local: str, domain: list[str], dot: str) -> None:
    form = one_form(f"{local}@{dot.join(domain)}")
    assert one_form(form) == form
    assert one_form(form.upper()) == form or not form.isascii()
