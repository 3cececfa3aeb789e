"""CSV files as people send them: an unreadable row is refused by its number, and the others are read."""

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from followups.leads.lists import files
from wholesale.plumbing.importing import csv_files
from wholesale.plumbing.importing.errors import UnreadableFile
from wholesale.plumbing.importing.files import Format, ListFile

HEADER = "lead_id,first_name,province\n"


def opened(content: str | bytes) -> ListFile:
    return files.read(io.BytesIO(content if isinstance(content, bytes) else content.encode()), Format.CSV)


def given_by(content: str | bytes) -> list[dict[str, str]]:
    return [row.given for row in opened(content).rows]


def faults(content: str | bytes) -> dict[int, list[str]]:
    """The columns at fault by the number of each unreadable row."""
    return {row.number: list(row.errors) for row in opened(content).rows if row.errors}


# One bad row ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('L2,"Bo,ON', "opens a cell"),  # to the end of the file
        ('L2,Bo,"ON', "opens a cell"),
        ('"L2,Bo,ON', "opens a cell"),
        ('L2,"B"o,ON', "closes a cell"),
        ('L2,"B" ,ON', "closes a cell"),
        ("L2," + "x" * 150_000 + ",ON", "longer than"),
        ('L2,"' + "x" * 150_000 + '",ON', "longer than"),
    ],
)
def test_an_unreadable_row_is_refused_by_its_number_and_the_others_are_read(bad: str, reason: str) -> None:
    content = f"{HEADER}L1,Ana,ON\n{bad}\nL3,Cy,QC\nL4,Dee,BC\n"

    rows = list(opened(content).rows)

    assert [(row.number, row.given.get("lead_id")) for row in rows] == [(2, "L1"), (3, None), (4, "L3"), (5, "L4")]
    assert reason in rows[1].errors["row"][0]
    assert rows[1]["lead_id"].startswith(("L2", '"L2', "L2,Bo"))  # to be mended


def test_two_stray_quotation_marks_do_not_swallow_the_rows_between_them() -> None:
    content = f'{HEADER}L1,Ana,ON\nL2,"Bo,ON\nL3,Cy,ON\nL4,Dee,ON\nL5,x",ON\n'

    assert faults(content) == {3: ["row"]}
    assert [row.get("lead_id") for row in given_by(content)] == ["L1", None, "L3", "L4", "L5"]


@pytest.mark.parametrize("byte", [b"\xe9", b"\xff", b"\x80", b"\xc3"])
def test_a_byte_of_another_encoding_refuses_only_its_row(byte: bytes) -> None:
    content = HEADER.encode() + b"L1,Zo\xc3\xab,QC\nL2,Zo" + byte + b",QC\nL3,Cy,ON\n"

    rows = list(opened(content).rows)

    assert faults(content) == {3: ["row"]}
    assert "byte" in rows[1].errors["row"][0]
    assert (rows[1]["first_name"], rows[0].given["first_name"]) == ("Zo\ufffd", "Zo\u00eb")
    assert opened(content).notes == []


def test_a_byte_of_another_encoding_does_not_change_the_encoding_of_an_ascii_file() -> None:
    assert faults(HEADER.encode() + b"L1,Ana,ON\nL2,Zo\xe9,QC\nL3,Cy,ON\n") == {3: ["row"]}


def test_a_byte_order_mark_within_a_cell_is_an_ordinary_character() -> None:
    assert given_by(f'{HEADER}L1,5" pipe,ON\nL2,a""b,ON\n') == [
        {"lead_id": "L1", "first_name": '5" pipe', "province": "ON"},
        {"lead_id": "L2", "first_name": 'a""b', "province": "ON"},
    ]


# Rows of several lines, numbers ------------------------------------------------------------------------------------------


def test_a_cell_in_quotation_marks_may_have_several_lines() -> None:
    content = 'lead_id,address,province\nL1,"12 King St\nUnit 4\n\nToronto, Ont.",ON\nL2,"1 ""A"" St\n2",QC\nL3,x,ON\n'

    rows = list(opened(content).rows)

    assert [row.number for row in rows] == [2, 3, 4]  # numbered as in a spreadsheet
    assert rows[0].given["address"] == "12 King St\nUnit 4\n\nToronto, Ont."
    assert rows[1].given["address"] == '1 "A" St\n2'
    assert not any(row.errors for row in rows)


def test_a_fault_below_a_row_of_several_lines_names_the_right_line() -> None:
    (reason,) = [
        row.errors["row"][0]
        for row in opened('lead_id,address,province\nL1,"a\nb",ON\nL2,"x,ON\nL3,y,ON\n').rows
        if row.errors
    ]
    assert "line 4 of the file" in reason


def test_a_quotation_mark_closed_too_far_below_is_a_stray_one() -> None:
    lines = "".join(f"x{n}\n" for n in range(csv_files.JOINED_MAX + 5))
    rows = list(opened(f'{HEADER}L1,"Ana\n{lines}",ON\n').rows)
    assert "opens a cell" in rows[0].errors["row"][0]
    assert len(rows) == csv_files.JOINED_MAX + 7


def test_blank_rows_are_counted_and_do_not_change_the_numbers_of_the_others() -> None:
    lead_file = opened(f"{HEADER}\nL1,Ana,ON\n,,\n  ,\t,\nL2,Bo,ON\n")
    assert [(row.number, row.given["lead_id"]) for row in lead_file.rows] == [(3, "L1"), (6, "L2")]
    assert (lead_file.count, lead_file.blank) == (2, 3)


# Encodings, delimiters, headers -----------------------------------------------------------------------------------------

FRENCH = "lead_id;Pr\u00e9nom;ville\nL1;Zo\u00e9;Montr\u00e9al\nL2;Fran\u00e7ois;Qu\u00e9bec\n"


@pytest.mark.parametrize(
    ("encoding", "notes"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("cp1252", ["It is not in UTF-8, and was read as Windows-1252."]),
        ("latin-1", ["It is not in UTF-8, and was read as Windows-1252."]),
        ("utf-16", ["It is not in UTF-8, and was read as UTF-16."]),
        ("utf-16-le", ["It is not in UTF-8, and was read as UTF-16."]),
        ("utf-16-be", ["It is not in UTF-8, and was read as UTF-16."]),
        ("utf-32", ["It is not in UTF-8, and was read as UTF-32."]),
    ],
)
def test_a_file_in_another_encoding_is_read_and_the_encoding_is_reported(encoding: str, notes: list[str]) -> None:
    lead_file = opened(FRENCH.encode(encoding))
    assert [row.given for row in lead_file.rows] == [
        {"lead_id": "L1", "first_name": "Zo\u00e9", "market": "Montr\u00e9al"},
        {"lead_id": "L2", "first_name": "Fran\u00e7ois", "market": "Qu\u00e9bec"},
    ]
    assert lead_file.notes == notes


@pytest.mark.parametrize("encoding", ["mac-roman", "cp850"])
def test_an_ambiguous_encoding_is_not_guessed(encoding: str) -> None:
    content = (
        "lead_id,first_name,province\nL1,Zo\u00e9 B\u00e9langer,QC\nL2,Andr\u00e9 C\u00f4t\u00e9,QC\nL3,Ana,ON\n".encode(
            encoding
        )
    )
    assert faults(content) == {2: ["row"], 3: ["row"]}


def test_a_header_with_the_only_accent_of_the_file_is_read() -> None:
    assert given_by("lead_id,Pr\u00e9nom\nL1,Ana\n".encode("cp1252")) == [{"lead_id": "L1", "first_name": "Ana"}]


@pytest.mark.parametrize("start", ["", "sep=DELIMITER\n", '"sep=DELIMITER"\n'])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_or_named_by_the_first_line(delimiter: str, start: str) -> None:
    lines = ("lead_id,address,province", "L1,1 King St,ON", "L2,,QC")
    content = start.replace("DELIMITER", delimiter) + "".join(f"{line.replace(',', delimiter)}\n" for line in lines)
    rows = list(opened(content).rows)
    assert [row.given for row in rows] == [
        {"lead_id": "L1", "address": "1 King St", "province": "ON"},
        {"lead_id": "L2", "province": "QC"},
    ]
    assert [row.number for row in rows] == [2, 3]  # Excel does not show the first line


def test_the_delimiter_is_that_of_the_header_and_not_the_most_frequent_character() -> None:
    assert given_by("lead_id;Address, number, street, city;province\nL1;1, King, St;ON\n")[0]["province"] == "ON"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_endings_of_any_system_are_read(end: str) -> None:
    assert given_by(end.join(("lead_id,province", "L1,ON", "L2,QC", ""))) == [
        {"lead_id": "L1", "province": "ON"},
        {"lead_id": "L2", "province": "QC"},
    ]


def test_a_header_below_a_title_is_found_and_the_title_is_reported_as_left_out() -> None:
    lead_file = opened("Leads of spring\n\nlead_id,province\nL1,ON\n")
    assert [(row.number, row.given["lead_id"]) for row in lead_file.rows] == [(4, "L1")]
    assert lead_file.notes == ["Above the names of the columns these rows were not read: 1."]


def test_a_column_name_may_have_line_breaks() -> None:
    assert given_by('lead_id,"Phone\nnumber"\nL1,416-555-0123\n') == [{"lead_id": "L1", "phone": "416-555-0123"}]


def test_an_unreadable_header_stops_the_import() -> None:
    with pytest.raises(UnreadableFile, match="names its columns"):
        opened('lead_id,"province\nL1,ON\n')


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("lead_id,province,Province", "province and province mean province"),
        ("lead_id,Mobile,Home phone", "mobile and home_phone mean phone"),
    ],
)
def test_two_columns_with_one_meaning_stop_the_import(names: str, said: str) -> None:
    with pytest.raises(UnreadableFile, match=f"a column twice: {said}"):
        opened(f"{names}\nL1,1,2\n")


def test_a_columns_own_name_wins_over_another_name_for_it() -> None:
    lead_file = opened("lead_id,Mobile,phone,note,note\nL1,1,416-555-0123,a,b\n")
    (row,) = lead_file.rows
    assert row.given == {"lead_id": "L1", "phone": "416-555-0123"}
    assert lead_file.unknown == ["mobile", "note", "note_(2)"]
    assert dict(row) == {"lead_id": "L1", "mobile": "1", "phone": "416-555-0123", "note": "a", "note_(2)": "b"}


def test_a_column_without_a_name_is_reported_as_left_out_if_it_holds_anything() -> None:
    lead_file = opened("lead_id,,province,\nL1,x,ON,\nL2,,QC,\n")
    assert [row.given for row in lead_file.rows] == [
        {"lead_id": "L1", "province": "ON"},
        {"lead_id": "L2", "province": "QC"},
    ]
    assert lead_file.notes == ["Column 2 has no name, and was not read."]


# Cells ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell", ['="00123"', '"=""00123"""', "'00123", "\ufeff'00123", '=\u200b"00123"'.replace("\u200b", "")]
)
def test_a_number_written_as_text_keeps_its_zeros(cell: str) -> None:
    (row,) = opened(f"lead_id,province\n{cell},ON\n").rows
    assert (row.given["lead_id"], row["lead_id"]) == ("00123", "00123")


@pytest.mark.parametrize("cell", ["'t Hooft", "'s-Gravenhage", "'", "'quoted'", "O'Neil"])
def test_an_apostrophe_in_a_name_stays(cell: str) -> None:
    assert given_by(f"lead_id,last_name\nL1,{cell}\n") == [{"lead_id": "L1", "last_name": cell}]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        *(("phone", cell) for cell in ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "########")),
        *(("first_name", cell) for cell in ("#N/D", "#VALEUR!", "#NOM?", "#n/a", "#SPILL!", "Err:502")),
        ("lead_id", "4.16556E+09"),
        ("lead_id", "1,5E+12"),
        ("phone", "4.16556E+09"),
        ("lead_id", "N/A"),
        ("lead_id", "-"),
    ],
)
def test_a_value_damaged_by_a_spreadsheet_is_refused_by_its_column(column: str, cell: str) -> None:
    row = {"lead_id": "L1", "first_name": "Ana", "phone": "416-555-0123", column: f'"{cell}"'}
    content = f"{','.join(row)}\n{','.join(row.values())}\n"
    assert faults(content) == {2: [column]}


def test_a_damaged_value_in_an_unused_column_is_no_fault() -> None:
    assert faults("lead_id,note\nL1,#REF!\n") == {}


# Any content ------------------------------------------------------------------------------------------------------------

BITS = st.sampled_from(
    ["L1", '"', '""', ",", ";", "\n", "\r", "\t", "|", "=", "'", "\x00", "\u00e9", "#N/A", "yes", " ", "0"]
)


@given(st.binary(max_size=400) | st.lists(BITS, max_size=120).map(lambda bits: "".join(bits).encode()))
@example(b'lead_id\n"')
@example(b"\xff\xfe\x00")
@example(b"\xef\xbb\xbf\xff")
def test_any_bytes_give_rows_or_an_unreadable_file(body: bytes) -> None:
    for content in (body, b"lead_id,dnc,consent date,province\n" + body):
        try:
            lead_file = opened(content)
        except UnreadableFile:
            continue
        rows = list(lead_file.rows)
        numbers = [row.number for row in rows]
        assert lead_file.count == len(rows)
        assert numbers == sorted(set(numbers))


@given(st.lists(st.sampled_from(['"', "a", "\n", ","]), max_size=14).map("".join))
def test_a_stray_mark_costs_only_its_own_row(cell: str) -> None:
    """Ten good rows surround a cell of any content: those above are read, and those below the line that the cell ends."""
    above = "".join(f"A{n},Ana,ON\n" for n in range(5))
    below = "".join(f"B{n},Bo,ON\n" for n in range(5))
    found = [row.given.get("lead_id") for row in opened(f"{HEADER}{above}X1,{cell},ON\n{below}").rows]
    assert found[:5] == [f"A{n}" for n in range(5)]
    assert found[-5:] == [f"B{n}" for n in range(5)]
