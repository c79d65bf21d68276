import pytest

from iadb_core.pages.modules import joined


def write(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.js").write_text(text)
    return folder


def test_modules_are_one_script_in_the_order_in_which_they_need_each_other(tmp_path):
    write(
        tmp_path,
        main='import { two } from "./second.js";\nimport { one } from "./first.js";\nexport function start() {}\n',
        second='import {\n  one,\n} from "./first.js";\nexport const two = one + 1;\n',
        first="export const one = 1;\n",
    )
    text = joined(tmp_path, "main", ("start",))
    assert text.index("const one") < text.index("const two") < text.index("function start")
    assert "import" not in text
    assert "export" not in text
    assert text.endswith("return { start };\n})();\n")


def test_modules_of_another_folder_are_found_once(tmp_path):
    for folder in ("own", "shared"):
        (tmp_path / folder).mkdir()
    write(
        tmp_path / "own",
        main='import { one } from "./first.js";\nimport { two } from "../shared/second.js";\n',
        first='import { two } from "../shared/second.js";\nexport const one = two - 1;\n',
    )
    write(tmp_path / "shared", second='import { three } from "./third.js";\nexport const two = three - 1;\n')
    write(tmp_path / "shared", third="export const three = 3;\n")
    text = joined(tmp_path / "own", "main", ())
    assert text.count("const two") == text.count("const three") == 1
    assert text.index("const three") < text.index("const two") < text.index("const one")


def test_one_name_for_two_things_is_refused(tmp_path):
    write(
        tmp_path, main='import { a } from "./other.js";\nconst b = 1;\n', other="export const a = 1;\nfunction b() {}\n"
    )
    with pytest.raises(ValueError, match="b is of two modules, other and main"):
        joined(tmp_path, "main", ())


@pytest.mark.parametrize(
    "line", ['import x from "./other.js";', 'import "./other.js";', "export default 1;", "export * from 'x';"]
)
def test_what_cannot_be_joined_is_refused(tmp_path, line):
    write(tmp_path, main=f"{line}\n", other="export const x = 1;\n")
    with pytest.raises(ValueError, match="named imports"):
        joined(tmp_path, "main", ())
