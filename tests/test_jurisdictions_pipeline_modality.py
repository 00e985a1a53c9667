"""Norms: modality, cue, bearer and clause."""

from __future__ import annotations

import pytest

from jurisdictions.extract import extract_text


def norms(text: str, lead_in: str = "") -> list[tuple[str, str, str | None]]:
    return [(norm.modality, norm.cue, norm.bearer) for norm in extract_text(text, lead_in).norms]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The operator shall report yearly.", [("obligation", "shall", "operator")]),
        ("Each licensee must keep a log.", [("obligation", "must", "licensee")]),
        ("Owners should train divers.", [("obligation", "should", "Owners")]),
        ("The operator shall not discharge oil.", [("prohibition", "shall not", "operator")]),
        ("The lessee may not drill at night.", [("prohibition", "may not", "lessee")]),
        ("No vessel shall anchor here.", [("prohibition", "No vessel shall", "vessel")]),
        ("The Board may inspect the hull.", [("permission", "may", "Board")]),
        ("The State has the right to inspect.", [("permission", "has the right", "State")]),
        (
            "The State shall have the right to inspect.",
            [("permission", "shall have the right", "State")],
        ),
        ("The owner is entitled to a hearing.", [("permission", "is entitled", "owner")]),
        ("The owner is required to pay.", [("obligation", "is required", "owner")]),
        ("Each Party undertakes to share data.", [("obligation", "undertakes", "Party")]),
        ("Dumping is prohibited.", [("prohibition", "prohibited", None)]),
        ("Anchors shall be inspected yearly.", [("obligation", "shall", None)]),
        ("Anchors shall be inspected by the Board.", [("obligation", "shall", "Board")]),
        ("The Council shall consist of nine members.", [("constitutive", "shall", "Council")]),
        ("This Agreement shall enter into force in May.", [("constitutive", "shall", "Agreement")]),
        ("This Part does not apply to rafts.", [("constitutive", "does not apply", "Part")]),
        ('"Raft" means a floating body.', [("constitutive", "means", "Raft")]),
        (
            "The outer limit of the zone shall not exceed 50 miles.",
            [("constitutive", "shall not", "outer limit")],
        ),
        ("The permit may be renewed only once.", [("prohibition", "may", None)]),
        ("No owner shall be obliged to pay.", [("permission", "No owner shall", "owner")]),
        ("The owner shall be liable for spills.", [("obligation", "shall", "owner")]),
        ("The owner shall not be liable for storms.", [("constitutive", "shall not", "owner")]),
        (
            "Parties shall refrain from dredging.",
            [("prohibition", "shall refrain from", "Parties")],
        ),
        (
            "The owner shall, but not later than 30 days after landing, report.",
            [("obligation", "shall", "owner")],
        ),
        ("Enclose a map of the site.", [("obligation", "Enclose", None)]),
        ("Anchors shall be hauled and cleaned by the owner.", [("obligation", "shall", "owner")]),
        ("The logbook shall remain secret.", [("constitutive", "shall", "logbook")]),
        ("The levy shall be directly proportional to depth.", [("constitutive", "shall", "levy")]),
        ("Logs shall be treated as confidential.", [("obligation", "shall", None)]),
        ("Local rights should be weighed and considered.", [("obligation", "should", None)]),
        ("The review shall be available only to owners.", [("prohibition", "shall", None)]),
        ("No royalty shall be due on sand.", [("constitutive", "No royalty shall", "royalty")]),
        (
            "There is hereby established a Reef Board.",
            [
                ("constitutive", "is hereby established", "Reef Board"),
            ],
        ),
        (
            "Any rule which bars divers is expressly preempted by this code.",
            [
                ("constitutive", "is", "rule"),
            ],
        ),
        (
            "Five basalt blocks form a field of basalt blocks.",
            [
                ("constitutive", "form", "Five basalt blocks"),
            ],
        ),
        (
            '"Lift" means the use of any means for raising stone.',
            [
                ("constitutive", "means", "Lift"),
            ],
        ),
        (
            "If at any time the divers named by it shall be too few, that State shall name others.",
            [
                ("obligation", "shall", "State"),
            ],
        ),
        ("A depot shall be presumed to be safe.", [("constitutive", "shall", "depot")]),
        ("The fee shall always be smaller than the bond.", [("constitutive", "shall", "fee")]),
        ("It shall be in order to vote twice.", [("constitutive", "shall", "It")]),
        ("The zone may not extend beyond 9 miles.", [("constitutive", "may not", "zone")]),
        ("Reefs shall have no zone of their own.", [("constitutive", "shall", "Reefs")]),
        ("The report shall not, alone, be a ground.", [("constitutive", "shall not", "report")]),
        ("Rafts are assimilated to ships.", [("constitutive", "are", "Rafts")]),
        (
            "Neither a permit nor a licence shall modify a private right.",
            [("constitutive", "shall", "permit nor a licence")],
        ),
        (
            "If, after the lease ends, the owner sells a part of the field, logs kept of that "
            "part shall remain secret.",
            [("constitutive", "shall", "logs")],
        ),
        (
            "Where Member States find that a plan is likely to have a cost, they shall, together, "
            "tell the Board.",
            [("obligation", "shall", "Member States")],
        ),
        ("All claims before the Board shall be heard.", [("obligation", "shall", None)]),
        ("Every owner bound as a diver shall pay.", [("obligation", "shall", "owner")]),
        ("Not less than three rafts shall be kept.", [("obligation", "shall", None)]),
        ("States concerned shall share logs.", [("obligation", "shall", "States")]),
        ("The owner shall remain liable for the wreck.", [("obligation", "shall", "owner")]),
        ("The owner shall have security of tenure.", [("constitutive", "shall", "owner")]),
        ("The Board shall take effective steps.", [("obligation", "shall", "Board")]),
        ("The Board needs to act.", [("obligation", "needs to", "Board")]),
        ("A map of the site is required.", [("obligation", "is required", None)]),
        ("Maps will be sold only after review.", [("prohibition", "will", None)]),
        ("This article shall not hinder divers.", [("constitutive", "shall not", "article")]),
        ("The limits are set out in Part II.", [("constitutive", "are", "limits")]),
        (
            "Nothing in this rule harms the right of a diver.",
            [("constitutive", "Nothing in this rule harms", "rule")],
        ),
        ("Noise is at levels that harm no reef.", []),
        (
            "If the owners have agreed that logs shall be shared, this rule shall not apply.",
            [("constitutive", "shall not", "rule")],
        ),
        (
            "It shall say as to which owner shall pay.",
            [("obligation", "shall", None)],
        ),
        (
            "The permit shall require the owner to keep logs.",
            [("obligation", "shall", "owner")],
        ),
        (
            "The council, in accordance with Part II, section 3, shall meet.",
            [("obligation", "shall", "council")],
        ),
        (
            '"Reserve" means a reef where no diver shall fish.',
            [("constitutive", "means", "Reserve")],
        ),
        (
            "The reefs are vested in the State, on whose behalf the Board shall act.",
            [("constitutive", "are", "reefs"), ("obligation", "shall", "Board")],
        ),
        (
            "The Board is the body which shall manage the site.",
            [("constitutive", "is", "Board"), ("obligation", "shall", "body")],
        ),
        (
            "If a member has a stake in a claim before the Board he shall refrain from voting.",
            [("prohibition", "shall refrain from", "member")],
        ),
        (
            "A clerk, in that State, may board the raft and may, where need be, hold it.",
            [("permission", "may", None), ("permission", "may", None)],
        ),
        (
            "Owners shall, under this rule, be entitled to dive.",
            [("permission", "shall", "Owners")],
        ),
        (
            "The yearly fee shall be calculated as follows.",
            [("constitutive", "shall", "yearly fee")],
        ),
        ("Citizens shall not be members of it.", [("prohibition", "shall not", "Citizens")]),
        ("The zone should be subject to review.", [("obligation", "should", None)]),
        ("The coast includes its reefs.", [("constitutive", "includes", "coast")]),
        (
            'The term "raft" has the meaning given it in rule 4.',
            [("constitutive", "has the meaning", "raft")],
        ),
        ("It is done by methods and means fit for reefs.", []),
        ("No person shall be elected twice.", [("prohibition", "No person shall", "person")]),
        (
            "Where reference is made to this rule, older rules shall apply.",
            [("constitutive", "shall", "older rules")],
        ),
        (
            "The Board shall mark the part that is kept. That part shall become a reserve. If the "
            "Board finds that more is needed, it shall refer the matter back.",
            [
                ("obligation", "shall", "Board"),
                ("constitutive", "shall", "part"),
                ("obligation", "shall", "Board"),
            ],
        ),
        (
            "A diver may bring a claim against the raft in the courts of that State only.",
            [("permission", "may", None)],
        ),
        ("States bordering reefs shall mark them.", [("obligation", "shall", "States")]),
        (
            "Any claim shall, where no deal has been struck by the owner, be sent to the court.",
            [("obligation", "shall", None)],
        ),
        (
            "A State which joins this pact after the entry into force of a change shall be "
            "considered as a Party to it.",
            [("constitutive", "shall", "State")],
        ),
        ("The owner reserves the right to dive.", [("permission", "reserves the right", "owner")]),
        (
            "Members shall retain their right to vote.",
            [("permission", "shall retain their right", "Members")],
        ),
        ("The owner may leave it, or agree to sell it.", [("permission", "may", "owner")]),
        (
            "The site shall have one area, which need not be round.",
            [("obligation", "shall", None), ("permission", "need not", None)],
        ),
        ("Care for these reefs is crucial.", []),
        (
            "The Board reserves the right to visit the raft at night.",
            [("permission", "reserves the right", "Board")],
        ),
        (
            "The seller reserves to itself the right to dive.",
            [("permission", "reserves to itself the right", "seller")],
        ),
        ("If the Board reserves the right to dive, it may dive.", [("permission", "may", "Board")]),
        ("Five days shall be allowed for replies.", [("obligation", "shall", None)]),
        ("Diving shall be allowed at dusk.", [("permission", "shall", None)]),
        (
            "Cables found there may in the cases named in rule 4 be cut by the coastal State.",
            [("permission", "may", "coastal State")],
        ),
        ("No more than nine days shall pass before it sails.", [("obligation", "shall", None)]),
        (
            "No more than two owners may dive.",
            [("prohibition", "may", "more than two owners")],
        ),
        (
            "No fewer than two owners may call a vote.",
            [("permission", "may", "fewer than two owners")],
        ),
        (
            "Neither of the owners shall be liable for storms.",
            [("constitutive", "Neither of the owners shall", "owners")],
        ),
        (
            "None of the owners may dive.",
            [("prohibition", "None of the owners may", "owners")],
        ),
        ("Nothing shall be thrown from the raft.", [("prohibition", "Nothing shall", None)]),
        (
            "Nothing shall be construed as a waiver.",
            [("constitutive", "Nothing shall", "Nothing")],
        ),
        ("The object of the Board shall be to map reefs.", [("constitutive", "shall", "object")]),
        (
            "The Secretary-General shall call the Board, and it shall meet.",
            [
                ("obligation", "shall", "Secretary-General"),
                ("obligation", "shall", "Board"),
            ],
        ),
    ],
)
def test_one_sentence_one_norm(text: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert norms(text) == expected


def test_nothing_in_a_text_never_prohibits() -> None:
    (norm,) = norms("Nothing in this Chapter shall affect fishing.")
    assert norm[0] == "constitutive"


def test_two_modals_are_two_norms_with_one_bearer() -> None:
    assert norms("The operator shall mark the site and may charge a fee.") == [
        ("obligation", "shall", "operator"),
        ("permission", "may", "operator"),
    ]


def test_two_verbs_under_one_modal_are_one_norm() -> None:
    assert len(norms("The operator shall mark and light the site.")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "The operator shall give such notice as the Board may require.",
        "The operator shall stop work if the Board may be misled.",
        "The operator shall list the substances which may be released.",
    ],
)
def test_a_modal_in_a_describing_clause_is_no_norm(text: str) -> None:
    assert [norm[0] for norm in norms(text)] == ["obligation"]


@pytest.mark.parametrize(
    "text",
    [
        "The operator, if it has not already done so, shall light the site.",
        "Rafts for which a plan has been approved, before any launch, shall be marked.",
    ],
)
def test_a_clause_set_off_by_commas_does_not_hide_the_modal_after_it(text: str) -> None:
    assert [norm[:2] for norm in norms(text)] == [("obligation", "shall")]


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("The Commission shall apply these rules.", "obligation"),
        ("These rules shall apply.", "constitutive"),
        ("The Board shall have its seat in Oslo.", "constitutive"),
        ("Every raft shall have a ladder.", "obligation"),
        ("The valve is to be closed.", "obligation"),
        ("The lamp shall only be lit when the crew is aboard.", "prohibition"),
    ],
)
def test_status_is_told_from_conduct(text: str, modality: str) -> None:
    assert [norm[0] for norm in norms(text)] == [modality]


def test_an_item_may_name_its_own_bearer() -> None:
    text = "(b) in the case of a firm, by the authority chosen for it;"
    assert norms(text, "Each notice shall be sent:") == [("obligation", "<lead_in>", "authority")]


def test_a_later_clause_has_its_own_subject() -> None:
    text = "The owner shall warn the Secretary and the Secretary may reply."
    assert [norm[2] for norm in norms(text)] == ["owner", "Secretary"]


def test_a_pronoun_takes_the_bearer_before_it() -> None:
    text = "The operator shall mark the site. It shall also light the buoys."
    assert [norm[2] for norm in norms(text)] == ["operator", "operator"]


def test_headings_and_fragments_state_nothing() -> None:
    assert norms("Protection of reefs and wrecks") == []
    assert norms("(c) the depth of the site;") == []


class TestLeadIn:
    def test_an_item_hangs_on_its_lead_in(self) -> None:
        assert norms("(a) the depth of the site;", "The operator shall report:") == [
            ("obligation", "<lead_in>", "operator")
        ]

    def test_an_item_with_its_own_norm_keeps_it(self) -> None:
        text = "(a) the Board may waive the fee;"
        assert norms(text, "The following shall apply:") == [("permission", "may", "Board")]

    def test_the_last_sentence_of_the_lead_in_governs(self) -> None:
        lead_in = "The Board may meet. The operator shall not release:"
        assert norms("(b) oil;", lead_in) == [("prohibition", "<lead_in>", "operator")]

    def test_a_verb_under_a_lead_in_is_not_an_order_of_its_own(self) -> None:
        assert norms("(b) Submit a map;", "The operator shall:") == [
            ("obligation", "<lead_in>", "operator")
        ]

    def test_an_undertaking_in_an_item_is_part_of_its_lead_in(self) -> None:
        lead_in = "States shall meet these conditions:"
        assert norms("(b) undertake to share the logs;", lead_in) == [
            ("obligation", "<lead_in>", "States")
        ]

    def test_an_undertaking_before_a_colon_governs_its_items(self) -> None:
        assert norms("(a) to keep the logs.", "The Owner undertakes:") == [
            ("obligation", "<lead_in>", "Owner")
        ]

    def test_an_item_that_limits_itself_keeps_its_lead_in(self) -> None:
        assert norms(
            "(a) any old map, except that no map shall be sold.", "The Owner shall keep:"
        ) == [
            ("obligation", "<lead_in>", "Owner"),
            ("prohibition", "no map shall", None),
        ]

    def test_a_relative_in_an_item_keeps_its_lead_in(self) -> None:
        assert norms(
            "(a) hire a staff of inspectors who shall wear lamps.", "The Owner shall:"
        ) == [
            ("obligation", "<lead_in>", "Owner"),
            ("obligation", "shall", "inspectors"),
        ]

    def test_refraining_is_a_prohibition_in_an_item_too(self) -> None:
        assert norms("(a) refrain from fishing;", "The Owner shall:") == [
            ("prohibition", "<lead_in>", "Owner")
        ]

    def test_functions_that_a_lead_in_lists_are_what_a_body_is_for(self) -> None:
        assert norms("(a) to give advice;", "The functions of the Board shall be:") == [
            ("constitutive", "<lead_in>", "functions")
        ]

    def test_what_a_state_has_is_a_right(self) -> None:
        assert norms(
            "(c) other rights under this rule.", "In its zone, the coastal State has:"
        ) == [("permission", "<lead_in>", "State")]

    def test_a_description_to_which_a_rule_does_not_apply_is_none(self) -> None:
        assert (
            norms("(c) land near it, but to which rule 4 does not apply;", "sites that lie:") == []
        )

    def test_a_list_of_powers_permits(self) -> None:
        lead_in = "The Board shall use its powers to run the site, including powers:"
        assert norms("(c) to hire divers;", lead_in) == [("permission", "<lead_in>", "Board")]

    def test_a_bare_label_governs_nothing(self) -> None:
        assert norms("(d) submit a map;", "(c)") == []

    def test_a_second_sentence_adds_its_norm(self) -> None:
        text = "(j) approve plans. The Board may ask for advice."
        assert norms(text, "In addition, the Council shall:") == [
            ("obligation", "<lead_in>", "Council"),
            ("permission", "may", "Board"),
        ]


def test_clauses_of_one_sentence_do_not_overlap() -> None:
    text = "The operator shall mark the site, except that the Board may waive the buoys."
    first, second = extract_text(text).norms
    assert first.clause_end <= second.clause_start
    assert text[first.clause_start : first.clause_end].startswith("The operator shall mark")
    assert "waive" in text[second.clause_start : second.clause_end]
