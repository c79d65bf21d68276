from workflow.failures import NOT_MADE, why, write_sweeps

LINE = "2026-01-01 00:00:00,000 {} {}\n"


def logged(root, name, *lines):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(LINE.format(level, text) for level, text in lines))


def test_why_is_the_last_error_of_the_latest_stage(tmp_path):
    assert why(("a~1", 0), tmp_path) == NOT_MADE
    logged(tmp_path, "train/a~1/seed0.log", ("INFO", "begun"), ("ERROR", "first"), ("ERROR", "the loss became nan"))
    assert why(("a~1", 0), tmp_path) == "the loss became nan"
    logged(tmp_path, "generate/a~1/seed0/1-of-2.log", ("ERROR", "samples are not finite"))
    assert why(("a~1", 0), tmp_path) == "samples are not finite"
    assert why(("a~1", 1), tmp_path) == NOT_MADE


def test_without_a_failure_or_without_figures_nothing_is_written(tmp_path):
    values, runs = {"a": {"a~1": {"x": 1}, "a~2": {"x": 2}}}, {"a": [("a~1", 0), ("a~2", 0)]}
    assert write_sweeps(values, runs, tmp_path / "results", tmp_path / "logs") == []
    logged(tmp_path / "logs", "train/a~1/seed0.log", ("ERROR", "it diverged"))
    assert write_sweeps(values, runs, tmp_path / "results", tmp_path / "logs") == []
    assert not (tmp_path / "results").exists()
