"""Cases of the rules that look at the mail as a whole: when it came, and from whom."""

from __future__ import annotations

from tests.unit.rules.build import LISTED, Case, at, having, mail

TIMES = [
    Case("late", "the first moment after the day", "jsaq", (mail(received_at=at("2025-07-01T00:00")),), (("late", None),)),
    Case(
        "late",
        "a supplement after the day",
        "jsaq",
        (mail(received_at=at("2025-07-02T09:00"), opened_at=at("2025-06-20T09:00")),),
        (("late", None),),
    ),
    Case(
        "late",
        "a supplement to a late case",
        "jsaq",
        (mail(received_at=at("2025-07-02T09:00"), opened_at=at("2025-07-01T09:00")),),
        (("late", None),),
    ),
    Case("late", "the last moment of the day", "jsaq", (mail(received_at=at("2025-06-30T23:59:59")),)),
    Case("late", "a supplement in time", "jsaq", (mail(received_at=at("2025-06-30T18:00"), opened_at=at("2025-06-20T09:00")),)),
]

SENDERS = [
    Case("wrong-channel", "an enterprise by itself", "caq", (mail(channel="enterprise"),), (("wrong-channel", None),)),
    Case("wrong-channel", "an enterprise by mail instead of online", "cacem", (mail(channel="enterprise"),), (("wrong-channel", None),)),
    Case("wrong-channel", "a member enterprise", "jsaq", ()),
    Case("wrong-channel", "it can't be told", "caq", (mail(channel=None),)),
    Case(
        "unknown-recommender",
        "not on the list",
        "cacem",
        (mail(recommender="宁夏建筑安全协会"), having("recommendation_bundle", path="宁夏建筑安全协会.pdf")),
        (("unknown-recommender", None),),
    ),
    Case(
        "unknown-recommender",
        "another province's",
        "cacem",
        (mail(recommender="河南省建筑业协会"), having("recommendation_bundle", path="a.pdf")),
        (("unknown-recommender", None),),
    ),
    Case(
        "unknown-recommender",
        "a municipal one of a listed province",
        "cacem",
        (mail(recommender="湖南省市政工程协会"), having("recommendation_bundle", path="a.pdf")),
        (("unknown-recommender", None),),
    ),
    Case(
        "unknown-recommender",
        "brackets, blanks, a stamp hint",
        "cacem",
        (mail(recommender=f" {LISTED}（盖章）"), having("recommendation_bundle", path="a.pdf")),
    ),
    Case(
        "unknown-recommender",
        "a character left out",
        "cacem",
        (mail(recommender="北京建筑业联合会"), having("recommendation_bundle", path="a.pdf")),
    ),
    Case("unknown-recommender", "the file has a listed name, the text is misread", "cacem", (mail(recommender="上海币市政公路行业协会"),)),
    Case("unknown-recommender", "it can't be told", "cacem", (mail(recommender=""),)),
    Case("unknown-recommender", "no list in this notice", "jsaq-bundle", ()),
]

CASES = [*TIMES, *SENDERS]
