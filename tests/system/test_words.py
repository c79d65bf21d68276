from iadb_core.system.words import counted


def test_one_is_of_its_own_number():
    assert [counted(number, "seed") for number in (0, 1, 2, 1024.0)] == ["0 seeds", "1 seed", "2 seeds", "1,024 seeds"]
