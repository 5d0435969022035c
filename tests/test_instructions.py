from apipack.instructions import TEST_ACTION, TEST_TOPIC, TRAIN_ACTION, TRAIN_TOPIC, imperative, instructions, phrase

ROW = {
    "id": "x",
    "api": "pets.example",
    "api_name": "Pet Store API",
    "functionality": "Lists all the pets in a store.",
    "description": "",
}


def test_the_two_wordings_come_from_different_templates_and_name_the_api() -> None:
    assert set(TRAIN_ACTION + TRAIN_TOPIC).isdisjoint(TEST_ACTION + TEST_TOPIC)
    train, test = instructions(ROW, 0, 24)
    assert train != test
    for text in (train, test):
        assert "the Pet Store API" in text and "list all the pets in a store" in text and "the the" not in text


def test_the_test_wording_uses_the_description_where_it_says_more() -> None:
    row = {**ROW, "functionality": "Get pet", "description": "Returns one pet by its number. Slow."}
    train, test = instructions(row, 0, 24)
    assert "get pet" in train.lower()
    assert "return one pet by its number" in test and "Slow" not in test


def test_deterministic_by_seed_and_id() -> None:
    assert instructions(ROW, 0, 24) == instructions(ROW, 0, 24)
    assert len({instructions({**ROW, "id": str(i)}, 0, 24) for i in range(40)}) > 3


def test_imperatives() -> None:
    assert imperative("Returns a pet") == "return a pet"
    assert imperative("Queries pets") == "query pets"
    assert imperative("Pet list") is None and imperative("List") is None


def test_phrase_has_no_template_marks() -> None:
    assert phrase("Get {id} of <b>. Second.") == "Get id of b"
