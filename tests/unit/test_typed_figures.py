"""Figures typed in from publications that are not carried say so."""

from calibration import macro_links


def test_figures_without_a_file_say_so() -> None:
    for figures in (
        macro_links.NET_FOREIGN_ASSETS,
        macro_links.FOREIGN_CURRENCY,
        macro_links.FOREIGN_RATE,
    ):
        for figure in figures.values():
            assert figure.flag != "observed"
            if figure.flag == "estimated":
                assert figure.note.endswith(macro_links.TYPED)
