"""What an answer says where nobody could tell who sends: no reproach, only what would tell it."""

from __future__ import annotations

from collections.abc import Sequence


def unknown_sender(
    papers: Sequence[str], cells: Sequence[str], form: str, *, applicants_instead: str = "", recommenders_instead: str = ""
) -> str:
    """The sentences. `papers`: labels of what recommenders alone send; `cells`: labels of what they alone fill in, said where there
    is no such paper; `form`: the label of the form that names an applicant, "" where there is none. `..._instead`: where such a sender
    must go instead, "" where the programme takes what it sends."""
    form = form or "申报表"
    filled = f"并填写{'、'.join(f'“{cell}”' for cell in cells)}" if cells else ""
    asked = f"请一并提供{'、'.join(papers)}" if papers else f"请在{form}中写明推荐单位{filled}"
    recommender = f"请注意：{recommenders_instead.rstrip('。')}" if recommenders_instead else asked
    applicant = f"请注意：{applicants_instead.rstrip('。')}" if applicants_instead else f"请提供写明单位全称的{form}"
    doubt = "暂未能确认来件是由推荐单位报送，还是由申报单位直接报送。"
    return f"{doubt}如由推荐单位报送，{recommender}；如由申报单位直接报送，{applicant}。"
