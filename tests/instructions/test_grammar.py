from apipack.instructions.grammar import (
    TEST_ACTION,
    TEST_TOPIC,
    TRAIN_ACTION,
    TRAIN_TOPIC,
    candidates,
    tasks,
    wordings,
)
from apipack.instructions.phrases import gerund, imperative, phrase, shorten
from apipack.instructions.rules import reject

ROW = {
    "id": "x",
    "api": "pets.example",
    "api_name": "Pet Store API",
    "functionality": "Lists all the pets in a store.",
    "description": "",
    "endpoint": "listPets",
    "path": "/pets",
}


def test_the_two_wordings_come_from_different_frames_and_name_the_api() -> None:
    assert set(TRAIN_ACTION + TRAIN_TOPIC).isdisjoint(TEST_ACTION + TEST_TOPIC)
    train, test = wordings(ROW, 0, 24)
    assert train != test
    for text in (train, test):
        assert "the Pet Store API" in text and "all the pets in a store" in text and "the the" not in text


def test_the_test_wording_uses_the_description_where_it_says_more() -> None:
    row = {**ROW, "functionality": "Get pet", "description": "Returns one pet by its number. Slow."}
    train, test = wordings(row, 0, 24)
    assert "pet" in train and "one pet by its number" not in train
    assert "one pet by its number" in test and "Slow" not in test


def test_a_test_wording_that_a_rule_rejects_gives_way_to_the_next() -> None:
    row = {**ROW, "functionality": "Get pet", "description": "Returns one pet, as GET /stores/pets does."}
    for key in range(20):
        train, test = wordings({**row, "id": str(key)}, 0, 24)
        assert "/stores/pets" not in test and train != test and reject(row, test) is None
    leaking = {**row, "functionality": ""}  # there is no other: the filter drops it
    assert reject(leaking, wordings(leaking, 0, 24)[1]) == "leaks_path"


def test_deterministic_by_seed_and_id_and_varied() -> None:
    assert wordings(ROW, 0, 24) == wordings(ROW, 0, 24)
    rows = [{**ROW, "id": str(i)} for i in range(200)]
    assert len({wordings(row, 0, 24)[0] for row in rows}) > len(TRAIN_ACTION)
    assert wordings(ROW, 0, 24) != wordings(ROW, 1, 24)


def test_candidates_are_of_different_frames_and_no_rule_objects() -> None:
    for more in ({}, {"functionality": "Pet types"}, {"functionality": "", "endpoint": "getPetTypes"}):
        for for_tests in (False, True):
            made = candidates({**ROW, **more}, 0, 5, 24, for_tests)
            assert len(set(made)) == 5
            assert [reject({**ROW, **more}, text) for text in made] == [None] * 5


def test_an_identifier_is_spoken_not_leaked() -> None:
    row = {**ROW, "functionality": "getPetByOwner", "endpoint": "getPetByOwner"}
    assert tasks(row, 24)[0].text == "get the pet by owner"
    assert all("getPetByOwner" not in text for text in wordings(row, 0, 24))


def test_braces_and_a_nameless_operation_do_not_break_frames() -> None:
    row = {**ROW, "api_name": "{x} API", "functionality": "Get {id}", "description": "{0}"}
    assert all("{" not in text.replace("{x}", "") for text in wordings(row, 0, 24))
    assert "this operation" in wordings({**ROW, "functionality": "", "endpoint": ""}, 0, 24)[0]


def test_imperatives_and_gerunds() -> None:
    assert imperative("Returns a pet") == "return a pet"
    assert imperative("Queries pets") == "query pets"
    assert imperative("Pay for an order") == "pay for an order"
    assert imperative("Comment on tickets") == "comment on tickets" and imperative("Comment count") is None
    assert imperative("Pet list") is None and imperative("List") is None
    assert [gerund(f"{verb} it") for verb in ("get", "delete", "create", "list", "see")] == [
        "getting it",
        "deleting it",
        "creating it",
        "listing it",
        "seeing it",
    ]


def test_phrase_has_no_template_marks_links_or_addresses() -> None:
    assert phrase("Get {id} of <b>. Second.") == "Get ID of b"
    assert phrase("Start it [Learn more](https://h.example/a)") == "Start it Learn more"
    assert phrase("This request deletes a pet.") == "deletes a pet"
    assert phrase("Use this endpoint to delete a pet") == "delete a pet"
    assert phrase("This method allows you to delete a pet") == "delete a pet"
    assert imperative("List of pets") == "get the list of pets"
    assert shorten("list the pets, and then feed each of them", 5) == "list the pets"
