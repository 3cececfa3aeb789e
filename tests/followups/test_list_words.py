"""English and French words of a list: their meaning in a file. The API does not accept them."""

import io
from typing import Any

import pytest
from rest_framework.test import APIClient

from followups.leads.fields import COLUMNS
from followups.leads.lists import files
from followups.leads.lists.words import COLUMN_OF, WORDS, value_of
from followups.leads.models import Lead
from followups.leads.services import upsert_leads
from governance.channels import Channel
from governance.grounds import ACCEPTED, RETIRED
from governance.ledger.proof import PROOF_FIELDS, GivenHow
from governance.people import Language
from tests.conftest import attrs
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.files import Format
from wholesale.plumbing.importing.texts import key_of
from wholesale.plumbing.importing.words import province_of
from wholesale.plumbing.vocabulary import Province


@pytest.mark.parametrize(
    ("province", "words"),
    [
        ("AB", "Alberta alta. Alta"),
        ("BC", "British_Columbia B.C. Colombie-Britannique C.-B. colombie_britannique"),
        ("MB", "Manitoba Man."),
        ("NB", "New_Brunswick N.B. Nouveau-Brunswick N.-B."),
        ("NL", "Newfoundland Newfoundland_and_Labrador Nfld. NFLD T.-N.-L. Terre-Neuve-et-Labrador NF"),
        ("NS", "Nova_Scotia N.S. Nouvelle-\u00c9cosse N.-\u00c9. NE"),
        ("NT", "Northwest_Territories N.W.T. NWT T.N.-O. Territoires_du_Nord-Ouest"),
        ("NU", "Nunavut Nvt."),
        ("ON", "Ontario Ont. ONT on Ontario,_Canada ON,_Canada CA-ON ON_-_Ontario Ontario_(ON) Province_de_l'Ontario"),
        ("PE", "P.E.I. PEI Prince_Edward_Island \u00cele-du-Prince-\u00c9douard \u00ce.-P.-\u00c9. I.P.E."),
        ("QC", "Quebec Qu\u00e9bec QUE\u0301BEC Qc Que. Qu\u00e9. PQ P.Q. Province_of_Quebec qc"),
        ("SK", "Saskatchewan Sask."),
        ("YT", "Yukon Yukon_Territory YT"),
    ],
)
def test_a_province_is_known_by_its_names(province: str, words: str) -> None:
    for word in words.split():
        assert value_of("province", word.replace("_", " ")) == province, word


@pytest.mark.parametrize("word", ["Ontaria", "Toronto, ON", "ON/QC", "Canada", "X", "New York", "O n t a r i o s"])
def test_an_unknown_word_is_no_province(word: str) -> None:
    assert (province_of(word), value_of("province", word)) == (None, word)


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("score", "0,72", "0.72"),
        ("score", "72 %", "0.72"),
        ("score", "72,5\u00a0%", "0.725"),
        ("score", ".72", "0.72"),
        ("score", "1,0", "1"),
        ("score", "0", "0"),
        ("score", "0.714285714285714", "0.7143"),
        ("score", "-0,5", "-0.5"),  # and the field refuses it
        ("score", "72", "72"),
        ("score", "a lot", "a lot"),
        ("market", "Kitchener/Waterloo", "Kitchener Waterloo"),
        ("market", "Saint-J\u00e9r\u00f4me / Mirabel", "Saint-J\u00e9r\u00f4me   Mirabel"),
        ("market", "Toronto, ON", "Toronto"),
        ("market", "Qu\u00e9bec (QC)", "Qu\u00e9bec"),
        ("market", "Toronto, downtown", "Toronto  downtown"),
        ("market", "St. John's", "St. John's"),
        ("market", "//", "//"),
        ("language", "French", "fr"),
        ("language", "Fran\u00e7ais", "fr"),
        ("language", "FRAN\u00c7AISE", "fr"),
        ("language", "F", "fr"),
        ("language", "Anglais", "en"),
        ("language", "en-CA", "en"),
        ("language", "Spanish", "Spanish"),
        ("status", "Under contract", "UNDER_CONTRACT"),
        ("status", "under-contract", "UNDER_CONTRACT"),
        ("status", "Rendez-vous", "APPOINTMENT"),
        ("status", "odd", "odd"),
        ("phone", "4165550123.0", "4165550123"),
        ("phone", "000-000-0000", ""),
        ("email", "mailto:a@b.ca", "a@b.ca"),
        ("postal_code", "00000", ""),
        ("first_name", "Na", "Na"),
        ("last_name", "Nd", "Nd"),
        ("source", "na", ""),
    ],
)
def test_a_list_word_is_understood(column: str, cell: str, expected: str) -> None:
    assert value_of(column, cell) == expected


@pytest.mark.parametrize(
    "cell", ["N/A", "n/a", "-", "\u2013", "none", "None", "NULL", "null", "0", "n.d.", "s/o", "Aucun", "?"]
)
def test_an_empty_word_means_nothing_in_an_optional_column_and_0_is_a_score(cell: str) -> None:
    for column in COLUMNS[1:]:
        expected = "0" if (column, cell) == ("score", "0") else ""
        assert value_of(column, cell) == expected, column


@pytest.mark.parametrize(
    ("name", "column"),
    [
        *((name, "lead_id") for name in ("Lead ID", "LEAD-ID", "id", "identifiant")),
        *((name, "first_name") for name in ("First Name", "FirstName", "Pr\u00e9nom", "prenom")),
        *((name, "last_name") for name in ("Surname", "Nom", "nom de famille")),
        *(
            (name, "phone")
            for name in ("Phone Number", "T\u00e9l\u00e9phone", "N\u00b0 de t\u00e9l\u00e9phone", "cellulaire")
        ),
        *((name, "email") for name in ("E-Mail Address", "courriel", "Adresse courriel")),
        *((name, "address") for name in ("Property Address", "adresse")),
        *((name, "postal_code") for name in ("ZIP", "zip code", "Code postal")),
        *((name, "province") for name in ("State", "Prov.")),
        *((name, "market") for name in ("city", "Ville")),
        *(
            ("Langue", "language"),
            ("Time zone", "zone"),
            ("pointage", "score"),
            ("Lead source", "source"),
            ("statut", "status"),
        ),
        *((name, None) for name in ("name", "note", "")),
    ],
)
def test_a_column_is_known_by_its_names(name: str, column: str | None) -> None:
    assert COLUMN_OF.get(key_of(name)) == column


def test_every_word_of_the_table_means_a_known_value() -> None:
    channels = {*Channel.values, "ALL"}
    allowed: dict[str, set[str]] = {
        "columns": set(COLUMNS),
        "provinces": set(Province.values),
        "languages": set(Language.values),
        "bases": {basis for basis, _ in ACCEPTED},
        "retired_bases": set(RETIRED),
        "channels": channels,
        "wishes": channels,
        "statuses": {*Lead.Status.values, "NOT_INTERESTED"},
        "consent": {"given", "basis", "date", "source", "channel", *PROOF_FIELDS},
        "ways": set(GivenHow.values),
    }
    for table, words in allowed.items():
        assert set(WORDS[table]) <= words, table
        spelled = {(key_of(one), word) for word, listed in WORDS[table].items() for one in listed}
        keys = {key for key, _ in spelled}
        assert len(spelled) == len(keys), table  # no spelling means two
        assert all(keys), table
    of_contact = {key_of(one) for table in ("wishes", "consent") for listed in WORDS[table].values() for one in listed}
    assert not set(COLUMN_OF) & of_contact


# From file to lead ------------------------------------------------------------------------------------------------------

QUEBEC = """\
identifiant;Pr\u00e9nom;Nom;T\u00e9l\u00e9phone;Courriel;Adresse;Code postal;Ville;Province;Langue;Pointage
1;Zo\u00e9;B\u00e9langer;514 555-0199;zoe@exemple.ca;12, rue Sherbrooke;h2x1y4;Montr\u00e9al;Qu\u00e9bec;Fran\u00e7ais;0,72
2;Bo;N/A;0;-;;;Kitchener/Waterloo;Ont.;Anglais;72 %
"""


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_list_of_quebec_is_imported(encoding: str) -> None:
    rows = files.read(io.BytesIO(QUEBEC.encode(encoding)), Format.CSV).rows

    assert upsert_leads(rows, act=Act()).created == 2

    leads: list[dict[str, Any]] = [
        {name: str(value) for name, value in row.items()} for row in Lead.objects.order_by("lead_id").values(*COLUMNS)
    ]
    zoe = {"first_name": "Zo\u00e9", "last_name": "B\u00e9langer", "phone": "+15145550199", "postal_code": "H2X 1Y4"}
    place = {"province": "QC", "market": "MONTREAL", "language": "fr", "score": "0.7200"}
    assert leads[0].items() >= {**zoe, **place, "email": "zoe@exemple.ca"}.items()
    bo = {"last_name": "", "phone": "", "email": "", "province": "ON", "market": "KITCHENER_WATERLOO", "language": "en"}
    assert leads[1].items() >= {**bo, "score": "0.7200"}.items()


@pytest.mark.django_db
@pytest.mark.parametrize("given", [{"province": "Ontario"}, {"score": "0,5"}, {"language": "French"}, {"market": "a/b"}])
def test_the_api_does_not_accept_list_words(given: dict[str, str], operator: APIClient) -> None:
    answer = operator.post("/api/followups/leads/upsert", {"lead_id": "L1", "province": "ON", **given})
    assert (answer.status_code, attrs(answer)) == (400, list(given))


@pytest.mark.django_db
def test_an_empty_word_in_an_optional_column_keeps_the_stored_value() -> None:
    header = "lead_id,first_name,phone,province\n"
    upsert_leads(files.read(io.BytesIO(f"{header}L1,Ana,416-555-0123,ON\n".encode()), Format.CSV).rows, act=Act())
    report = upsert_leads(files.read(io.BytesIO(f"{header}L1,n/a,0,-\n".encode()), Format.CSV).rows, act=Act())
    assert (report.unchanged, Lead.objects.get().phone) == (1, "+14165550123")
