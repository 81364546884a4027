"""Files that put kinds of examples into groups: what is read, and what is refused."""

import pytest

from nightdesk.safety.kinds import KindsError, read_kinds


def written(tmp_path, text):
    path = tmp_path / "groups.yml"
    path.write_text(text)
    return path


def test_each_kind_has_its_group(tmp_path):
    path = written(tmp_path, "a: [one, two]\nb: [three]\n")
    assert read_kinds(path) == {"one": "a", "two": "a", "three": "b"}


@pytest.mark.parametrize("text", ["", "- a", "a: 5", "a: [", "a", "5"])
def test_what_is_no_such_mapping_is_refused(tmp_path, text):
    with pytest.raises(KindsError, match="expected a mapping"):
        read_kinds(written(tmp_path, text))


def test_a_kind_in_two_groups_is_refused_with_both(tmp_path):
    with pytest.raises(KindsError, match="one is in a and in b; allowed: one"):
        read_kinds(written(tmp_path, "a: [one]\nb: [one]\n"))
