"""Images of two folders that belong together by their names."""

import numpy as np
import pytest
from PIL import Image

from iadb_core.data.kinds.folder import Folder
from iadb_core.data.partners import pairs_together, partnered
from iadb_core.data.parts import loaded
from iadb_core.system.errors import InputError


def write(folder, name, value):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((8, 8), value, np.uint8)).save(path)


@pytest.fixture
def folders(tmp_path):
    """Forty pairs, one value above the other, and one image more in each folder."""
    for number in range(40):
        write(tmp_path / "thin", f"{number % 4}/{number}.png", number)
        write(tmp_path / "thick", f"{number % 4}/{number}.{'png' if number % 2 else 'bmp'}", number + 100)
    write(tmp_path / "thin", "alone.png", 200)
    write(tmp_path / "thick", "0/lonely.png", 201)
    return tmp_path


def stored(folders, own, partner, seed=0):
    density = Folder(path=str(folders / own), partner=str(folders / partner), size=8, labels="none")
    out = folders / f"samples-{own}-{seed}"
    out.mkdir()
    density.store(out, ".", seed, threads=1)
    return loaded(out)


def test_both_folders_are_split_alike_and_lie_in_the_same_order(folders):
    for seed in (0, 1):
        thin, thick = stored(folders, "thin", "thick", seed), stored(folders, "thick", "thin", seed)
        for one, other in zip(thin, thick, strict=True):
            assert np.array_equal(one.samples + 100, other.samples)
        values = np.concatenate([part.samples[:, 0, 0, 0] for part in thin])
        assert sorted(values.tolist()) == list(range(40))
    assert [len(part.samples) for part in thin] == [32, 4, 4]


def test_pairs_of_which_a_file_is_a_copy_stay_together_on_both_sides(folders):
    for number in range(1, 11):  # ten different edges of one digit, and a chain to another one
        (folders / "thick" / f"{number % 4}/{number}.png").unlink(missing_ok=True)
        write(folders / "thick", f"{number % 4}/{number}.bmp", 50)
    write(folders / "thin", "3/11.png", 10)
    for seed in range(5):
        thin, thick = stored(folders, "thin", "thick", seed), stored(folders, "thick", "thin", seed)
        inside = [{*part.samples[:, 0, 0, 0].tolist()} & {*range(1, 12)} for part in thin]
        assert sum(map(bool, inside)) == 1
        for one, other in zip(thin, thick, strict=True):
            assert len(one.samples) == len(other.samples)


def test_what_has_no_partner_is_left_out_and_two_of_one_name_are_refused(folders):
    own = str(folders / "a"), [f"{folders}/a/1.png", f"{folders}/a/2.png"]
    others = str(folders / "b"), [f"{folders}/b/2.jpg", f"{folders}/b/3.jpg"]
    assert partnered(own, others) == ([own[1][1]], [others[1][0]], [own[1][0]])
    with pytest.raises(InputError, match="no image has the name of one in"):
        partnered(own, (others[0], others[1][1:]))
    with pytest.raises(InputError, match="have one name"):
        partnered((own[0], [*own[1], f"{folders}/a/1.jpg"]), others)


def test_what_stays_together_is_the_same_from_either_side(folders):
    one = [str(folders / "thin" / f"{number % 4}/{number}.png") for number in range(8)]
    other = [one[0], one[0], *one[2:]]  # the first two share a partner
    groups = pairs_together(one, other)
    assert len(set(groups)) == 7
    assert groups[0] == groups[1]
    back = pairs_together(other, one)
    assert [groups.index(group) for group in groups] == [back.index(group) for group in back]


def test_a_partner_is_no_part_of_what_a_result_depends_on_but_its_files_are(folders):
    alone = Folder(path="a", size=8)
    density = Folder(path="a", size=8, partner="~/b")
    assert density.canonical() == alone.canonical()
    assert density.made_of() != alone.made_of()
    assert len(density.folders()) == 2
