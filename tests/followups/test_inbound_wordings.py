"""What a message means, in English and French: a stop word alone is an opt-out, among other words it is doubtful."""

import time
import unicodedata
from types import SimpleNamespace
from typing import Literal

import pytest

from followups.leads.inbound import letters, rules
from followups.leads.inbound.letters import words_of
from followups.leads.inbound.rules import READ_AT_EACH_END, Meaning, Reading, Row, Words
from followups.leads.inbound.rules import read as read_by
from followups.leads.inbound.seeds import seeds

SEEDED = Words(Row(seed.kind, seed.phrase) for seed in seeds())


def read(text: str) -> Reading:
    return read_by(text, SEEDED)


OPT_OUTS = [
    # The words of DOMAIN 1.2.
    *("STOP", "ARRET", "ARRÊT", "END", "QUIT", "CANCEL", "UNSUBSCRIBE", "DESABONNER", "DÉSABONNER"),
    # Similar words.
    *("opt out", "Opt-Out", "OPTOUT", "revoke", "Arrêter", "arrêtez", "arrete", "Me désabonner", "désabonnez-moi"),
    *("Désabonnement", "Me désinscrire", "désinscription", "FIN", "Annuler"),
    # Words that carriers and people use instead.
    *("REMOVE", "REMOVE ME", "UNSUB", "STOP NOW", "STOP PLEASE", "STOP SMS", "ARRET SMS", "OPT OUT", "DNC", "TD", "td."),
    *("CEASE AND DESIST", "RETIRER", "me retirer svp", "\U0001f6d1", "\U0001f6d1\U0001f6d1", "\u26d4\ufe0f"),
    # Lookalike letters, letters apart, letters too many or too few.
    *(
        "\u0405\u0422\u041e\u0420",
        "\u03a3\u03a4\u039f\u03a1",
        "\U0001d412\U0001d413\U0001d40e\U0001d40f",
        "ST0P",
        "S-T-O-P",
        "ST OP",
    ),
    *(
        "STOOOP",
        "STPO",
        "SOTP",
        "stopp",
        "unsubscirbe",
        "UNSUBCRIBE",
        "unsubscrib",
        "arreterr",
        "desaboner",
        "cancle",
        "canceI",
    ),
    *("STOP\x00", "S\x00T\x00O\x00P\x00", "STOP\x1b", "\x07STOP", "STOP\ud83d", "STOP\ufffd"),
    # In HTML.
    *("<p>STOP</p>", "<html><body><div>Stop</div><blockquote>Would you sell?</blockquote></body></html>", "ARR&Ecirc;T<br>"),
    # Case, accents, spaces, punctuation.
    *(
        "stop",
        "Stop",
        "sToP",
        "  stop  ",
        "\tSTOP\n",
        "STOP.",
        "Stop!!!",
        "'STOP'",
        "«STOP»",
        "*stop*",
        "S.T.O.P.",
        "s t o p",
    ),
    *(
        "arre\u0302t",
        "ARRE\u0302T",
        "\uff33\uff34\uff2f\uff30",
        "ST\u200bOP",
        "\u00a0STOP\u00a0",
        "\U0001f6d1 STOP",
        "STOP \U0001f64f",
    ),
    # With courtesy, or twice.
    *("please stop", "Stop please", "STOP, thanks", "stop thank you", "Stop svp", "ARRÊT s'il vous plaît", "stop merci"),
    *("STOP STOP STOP", "stop! Arrêt!", "Arrêtez s\u2019il vous pla\u00eet"),
    # As the first line or sentence.
    *(
        "STOP\nSent from my iPhone",
        "Stop. I mean it.",
        "STOP! Who is this?",
        "ARRÊT\r\nEnvoyé de mon iPhone",
        "\n\nstop\n-- \nJane",
    ),
    "Unsubscribe\n\nOn Tue, Nov 24, 2026 Acme wrote:\n> Reply STOP to unsubscribe.",
    "> Reply STOP to opt out.\n\nSTOP",
]
OPT_OUTS_OF_EVERYTHING = [
    *("STOPALL", "STOP ALL", "stop all", "Stop all.", "STOP-ALL", "stop everything", "unsubscribe all", "opt out all"),
    *("ARRET TOUT", "Arrêt tout", "Arrêtez tout", "arrêter tout", "TOUT ARRÊTER", "stop tout", "Please STOP ALL!"),
]
DOUBTFUL = [
    # A stop word among other words.
    *(
        "please stop calling me",
        "I said STOP texting",
        "don't stop",
        "no, stop",
    ),
    *(
        "how do I unsubscribe?",
        "how do I opt out of this",
    ),
    *(
        "comment me désabonner?",
        "je veux me désinscrire de votre liste",
        "arrêtez de m'appeler",
        "arrete ca",
        "STOP ALL of it",
    ),
    # A wish in other words, English.
    *(
        "Remove me from your list",
        "take me off your list",
        "Take my number off",
        "get me off this",
        "delete my number",
    ),
    *(
        "do not contact",
        "Do not contact me again",
        "don't call",
        "dont call me",
        "Don\u2019t text me",
        "never call this number again",
    ),
    *(
        "no more texts",
        "No more messages please",
        "leave me alone",
        "Leave us alone!",
        "lose my number",
        "wrong number",
        "go away",
    ),
    *(
        "not interested",
        "I'm no longer interested",
        "this is harassment",
        "SPAM",
        "I am on the do not call list",
        "fuck off",
    ),
    *("stopping here", "kindly cease calling", "I opted out already"),
    # French.
    *(
        "ne plus me contacter",
        "Veuillez ne plus me contacter",
        "ne me contactez plus",
        "Ne m'appelez plus",
        "n'appelez plus",
    ),
    *(
        "n\u2019appelez plus jamais",
        "ne me textez pas",
        "ne plus m'écrire",
        "plus de messages",
        "plus d'appels svp",
        "plus jamais",
    ),
    *(
        "laissez-moi tranquille",
        "laisse moi tranquille",
        "retirez-moi de votre liste",
        "enlevez mon numéro",
    ),
    *("foutez-moi la paix", "cessez", "Cessez de m'écrire", "mauvais numéro", "pas intéressé", "Pas du tout intéressée"),
    *("c'est du harcèlement", "pourriel"),
]
REPLIES = [
    *("Yes", "ok", "Call me tomorrow at 5", "How much would you pay?", "Who is this?", "I might sell in spring", "?", ""),
    *("Oui", "Appelez-moi en fin de semaine", "Rappelez-moi plus tard", "Combien offrez-vous?", "Je n'ai plus la maison"),
    *(
        "I am interested",
        "Interested, send details",
        "Je suis intéressé",
        "Stopover in Toronto",
        "unstoppable",
        "weekend is fine",
    ),
    *(
        "the endless summer",
        "stop by at noon",
        "at the end of the month",
        "I have to cancel our appointment",
        "I quit smoking",
        "un arrêt de bus",
        "Bonne fin de journée",
        "The number is 416 555 0123",
        "don't worry, call me",
        "\U0001f44d",
        "Attendez un peu",
    ),
    "Sounds good, call me.\n> Reply STOP to unsubscribe.",
]


@pytest.mark.parametrize("text", OPT_OUTS)
def test_a_stop_word_alone_is_an_opt_out_from_its_channel(text: str) -> None:
    assert read(text) == Reading(Meaning.OPT_OUT)


@pytest.mark.parametrize("text", OPT_OUTS_OF_EVERYTHING)
def test_stop_all_is_an_opt_out_from_everything(text: str) -> None:
    assert read(text) == Reading(Meaning.OPT_OUT, from_everything=True)


@pytest.mark.parametrize("text", DOUBTFUL)
def test_a_stop_word_or_wish_among_other_words_is_doubtful(text: str) -> None:
    assert read(text) == Reading(Meaning.DOUBTFUL)


@pytest.mark.parametrize(
    "text",
    [
        *("SHOP", "STEP", "SEND", "FINE", "SLOP", "STOOP", "TOP", "ENDS", "QUITE", "Cancer", "Remote", "Retired", "rénové"),
        *("quiet", "find", "fins", "arrive", "remover", "resist", "Chancel", "TDs", "DNS", "start", "START", "commencer"),
    ],
)
def test_an_ordinary_word_is_not_read_as_a_misspelt_stop(text: str) -> None:
    assert read(text).meaning == Meaning.REPLY


@pytest.mark.parametrize(
    "text", ["START", "unstop", "Start.", "COMMENCER", "resubscribe", "Resubscribe please", "Reprendre svp", "recommencez"]
)
def test_a_resume_word_is_read_as_a_resume(text: str) -> None:
    assert read(text) == Reading(Meaning.REPLY, wants_more=True)


@pytest.mark.parametrize(
    "text",
    [
        "Yes, call me.\n\nOn Tue, Nov 24, 2026 at 10:02 AM Maple Homes <info@example.ca> wrote:\nReply STOP to unsubscribe.",
        "Yes.\n\nOn Tue, Nov 24, 2026 at 10:02 AM Maple Homes\n<info@example.ca> wrote:\n> Reply STOP to unsubscribe.",
        "Oui.\n\nLe mar. 24 nov. 2026 à 10:02, Maple <info@example.ca> a écrit :\n> Répondez ARRET pour vous désabonner.",
        "Oui.\r\n-----Message d'origine-----\r\nRépondez ARRET.",
        "Sure.\n____________________\nFrom: Maple Homes\nSent: Tuesday\nTo: Jane\nSubject: 12 Oak\n\nReply STOP.",
        "On Tue, Nov 24, 2026 Maple wrote:\n> Reply STOP to unsubscribe.\n\nYes, call me.",
        "<div>Yes</div><blockquote type='cite'>Reply <b>STOP</b></blockquote>",
        "<style>p {stop: none}</style><p>Yes, I would.</p>",
    ],
)
def test_quoted_text_does_not_count(text: str) -> None:
    assert read(text) == Reading(Meaning.REPLY)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("On my way, and he wrote: stop texting me", Meaning.DOUBTFUL),
        ("On Tue, Nov 24, 2026 Maple wrote:\n> Would you sell?\n\nstop texting me", Meaning.DOUBTFUL),
        ("> STOP", Meaning.OPT_OUT),
        ("<blockquote>STOP", Meaning.OPT_OUT),
        ("if < 300k > stop texting", Meaning.DOUBTFUL),
        ("<b>St</b>op texting me", Meaning.DOUBTFUL),
        ("STOP\n" + "> quoted\n" * 30_000, Meaning.OPT_OUT),
        ("a " * 60_000 + "please remove my number", Meaning.DOUBTFUL),
    ],
)
def test_a_wish_is_found_beside_quoted_text(text: str, meaning: str) -> None:
    assert read(text).meaning == meaning


@pytest.mark.parametrize("text", REPLIES)
def test_anything_else_is_a_reply(text: str) -> None:
    assert read(text) == Reading(Meaning.REPLY)


@pytest.mark.parametrize("piece", ["n ", ">", "\n", " ", "ne me ", "stop ", "plus de ", "a", ".", "\u0301", "don t "])
def test_no_text_is_slow_to_read(piece: str) -> None:
    text = (piece * 64_000)[:64_000]
    started = time.process_time()
    read(text)
    assert time.process_time() - started < 2


LONG = "would you sell your house? " * 90_000  # 2.4 MB


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (f"STOP\n{LONG}", Meaning.OPT_OUT),
        (f"{LONG} please stop", Meaning.DOUBTFUL),
        (LONG, Meaning.DOUBTFUL),  # a wish may stand in the middle part, which is not read
        (f"STOP{' ' * 2_400_000}", Meaning.OPT_OUT),
        (f"yes{chr(10) * 2_400_000}call me", Meaning.REPLY),
        (f"yes{' ' * 2 * READ_AT_EACH_END}call me", Meaning.REPLY),
        (f"STOP{chr(10) * 2 * READ_AT_EACH_END}thanks", Meaning.OPT_OUT),
        ("sell" * (READ_AT_EACH_END // 2), Meaning.REPLY),  # the longest text that is read whole
        ("sell" * (READ_AT_EACH_END // 2) + "s", Meaning.DOUBTFUL),
    ],
)
def test_both_ends_of_a_long_text_are_read(text: str, meaning: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = []

    def counted(said: str) -> list[str]:
        lengths.append(len(said))
        return words_of(said)

    monkeypatch.setattr(rules, "words_of", counted)
    assert read(text).meaning == meaning
    assert max(lengths) <= 2 * READ_AT_EACH_END + 1
    assert sum(lengths) <= 5 * (2 * READ_AT_EACH_END + 1)


@pytest.mark.parametrize("marks", ["\u0301\u0323", "\u200b", "e\u0327\u0301"])
def test_a_run_of_accents_is_never_sorted(marks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    together = []

    def counted(form: Literal["NFKD"], text: str) -> str:
        together.append(len(text))
        return unicodedata.normalize(form, text)

    monkeypatch.setattr(letters, "unicodedata", SimpleNamespace(**{**vars(unicodedata), "normalize": counted}))
    assert read(f"S{marks * 5_000}TOP me").meaning == (Meaning.REPLY if "e" in marks else Meaning.OPT_OUT)
    assert set(together) <= {1}  # 0 if the characters are cached


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("leave me alnoe", Meaning.DOUBTFUL),
        ("quit textig me", Meaning.DOUBTFUL),
        ("dont conatct me", Meaning.DOUBTFUL),
        ("suprimez mon numero", Meaning.DOUBTFUL),
        ("lose my #", Meaning.DOUBTFUL),
        ("cest assez", Meaning.DOUBTFUL),
        # An ordinary word that is close to one of them keeps its meaning.
        ("no contract yet", Meaning.REPLY),
        ("no more tests of the well", Meaning.REPLY),
        ("apt #4", Meaning.REPLY),
    ],
)
def test_a_misspelt_wish_is_found(text: str, meaning: str) -> None:
    assert read(text).meaning == meaning


# A table of words ---------------------------------------------------------------------------------------------------------

A_TABLE = [
    Row("STOP_ALL", "stop all", "en"),
    Row("STOP", "stop", "en"),
    Row("STOP", "arret", "fr"),
    Row("STOP", "opt out", "en"),
    Row("STOP", "unsubscribe", "en"),
    Row("STOP", "\U0001f6d1"),
    Row("STOP_ALONE", "end", "en"),
    Row("STOP_ALONE", "enough now", "en"),
    Row("START", "start", "en"),
    Row("HELP", "aide", "fr"),
    Row("HELP", "information", "en"),
    Row("COURTESY", "please"),
    Row("WISH", "leave me alone"),
    Row("WISH", "do not contact me"),
    Row("WISH_ALONE", "no"),
    Row("HARMLESS", "bus stop"),
    Row("HARMLESS", "unsubscribed"),
]


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("stop all", Reading(Meaning.OPT_OUT, from_everything=True, language="en")),
        ("STOP", Reading(Meaning.OPT_OUT, language="en")),
        ("please stop", Reading(Meaning.OPT_OUT, language="en")),
        ("arrêt", Reading(Meaning.OPT_OUT, language="fr")),
        ("OPTOUT", Reading(Meaning.OPT_OUT, language="en")),
        ("\U0001f6d1", Reading(Meaning.OPT_OUT)),
        ("unsubscirbe", Reading(Meaning.OPT_OUT, language="en")),
        ("unsubscribed", Reading(Meaning.REPLY)),  # an ordinary word is not read as a misspelt one
        ("end", Reading(Meaning.OPT_OUT, language="en")),
        ("the end of it", Reading(Meaning.REPLY)),
        ("fine, end", Reading(Meaning.DOUBTFUL)),
        ("start", Reading(Meaning.REPLY, wants_more=True, language="en")),
        ("aide", Reading(Meaning.HELP, language="fr")),
        ("aide\nthanks to all", Reading(Meaning.HELP, language="fr")),
        ("informatoin", Reading(Meaning.REPLY)),  # only a stop word is put right
        ("informatoin\nthanks to all", Reading(Meaning.REPLY)),
        ("start. Thanks to all.", Reading(Meaning.REPLY, wants_more=True, language="en")),
        ("stop\nthanks to all", Reading(Meaning.OPT_OUT, language="en")),
        ("you leave me alone now", Reading(Meaning.DOUBTFUL)),
        ("so dont conatct me now", Reading(Meaning.DOUBTFUL)),
        ("at the stop sign", Reading(Meaning.DOUBTFUL)),
        ("at the bus stop", Reading(Meaning.REPLY)),
        ("bus stop or bus stop", Reading(Meaning.REPLY)),
        ("bus stop or bus stop or bus stop and stop it", Reading(Meaning.DOUBTFUL)),
        ("arret stop", Reading(Meaning.OPT_OUT, language="fr")),  # the first of several
        ("unsubscirbe. Call me.", Reading(Meaning.REPLY)),  # one of several sentences is not corrected
        ("fine, enough now", Reading(Meaning.DOUBTFUL)),
        ("we sell, no", Reading(Meaning.DOUBTFUL)),
        ("no idea", Reading(Meaning.REPLY)),
    ],
)
def test_each_word_of_the_table_counts_by_its_kind_and_language(text: str, reading: Reading) -> None:
    assert read_by(text, Words(A_TABLE)) == reading


def test_a_stop_phrase_over_two_lines_is_an_opt_out() -> None:
    assert read_by("enough\nnow", Words([Row("STOP_ALONE", "enough now")])).meaning == Meaning.OPT_OUT


def test_a_harmless_phrase_is_not_read_as_a_misspelt_stop_word() -> None:
    stop, harmless = Row("STOP_ALL", "stop all"), Row("HARMLESS", "stop ball")
    assert read_by("stop ball", Words([stop])).meaning == Meaning.OPT_OUT
    assert read_by("stop ball", Words([stop, harmless])).meaning == Meaning.REPLY


def test_a_wish_of_two_words_is_found_if_one_is_misspelt() -> None:
    assert read_by("could you remvoe me there", Words([Row("WISH", "remove me")])).meaning == Meaning.DOUBTFUL
