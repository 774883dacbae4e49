//! C86x to C88x: rate limits, retries, pagination, and what else our own extensions say of calls.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use openapi_document::model::{
    ErrorMembers, Follow, Operation, Pagination, RateLimit, Retry, RetryStatuses,
};

use super::{At, Comparison};
use crate::rule::define_rules;
use crate::rust;
use crate::verdict::{UNNOTICED, additive, both, breaking, neutral};

define_rules! { Settings;
    RATE_LIMIT_ADDED = "C860", "a rate limit was added", both(breaking("calls beyond it get 429")),
        both(rust::FOLLOWS), "";
    RATE_LIMIT_REMOVED = "C861", "a rate limit was removed", both(additive("callers may call more often")),
        both(rust::FOLLOWS), "";
    RATE_LIMIT_TIGHTER = "C862", "a rate limit allows less", both(breaking("calls beyond it get 429")),
        both(rust::FOLLOWS), "";
    RATE_LIMIT_LOOSER = "C863", "a rate limit allows more", both(additive("callers may call more often")),
        both(rust::FOLLOWS), "";
    RATE_LIMIT_SCOPE_CHANGED = "C864", "the paths or the callers that a rate limit counts changed",
        both(breaking("calls that were within the limit may get 429")), both(rust::FOLLOWS), "";
    RETRY_FORBIDDEN = "C865", "retries became unsafe", both(breaking("callers that retry may do harm")),
        both(rust::FOLLOWS), "";
    RETRY_ALLOWED = "C866", "retries became safe", both(additive("callers may retry")),
        both(rust::FOLLOWS), "";
    RETRY_STATUS_ADDED = "C867", "a status after which to retry was added",
        both(additive("callers may retry")), both(rust::FOLLOWS), "";
    RETRY_STATUS_REMOVED = "C868", "a status after which to retry was removed",
        both(breaking("callers that retry may do harm, or fail again")), both(rust::FOLLOWS), "";
    IDEMPOTENCY_ADDED = "C869", "an idempotency key was added", both(additive("callers may send it")),
        both(rust::FOLLOWS), "";
    IDEMPOTENCY_REMOVED = "C870", "the idempotency key was removed",
        both(breaking("callers that retry may do harm")), both(rust::FOLLOWS), "";
    IDEMPOTENCY_CHANGED = "C871", "the header of the idempotency key changed",
        both(breaking("callers that retry with the old one may do harm")), both(rust::FOLLOWS), "";
    PAGINATION_ADDED = "C872", "the pagination of an operation was added", both(UNNOTICED), both(rust::PAGES_NEW), "";
    PAGINATION_REMOVED = "C873", "the pagination of an operation was removed", both(UNNOTICED),
        both(rust::PAGES_GONE), "";
    PAGINATION_CHANGED = "C874", "the pagination of an operation changed",
        both(breaking("callers that page the old way miss items or get some twice")), both(rust::FOLLOWS), "";
    FOLLOW_ADDED = "C875", "`x-follow` was added", both(UNNOTICED), both(rust::FOLLOW_NEW), "";
    FOLLOW_REMOVED = "C876", "`x-follow` was removed", both(UNNOTICED),
        both(rust::FOLLOW_GONE), "";
    FOLLOW_CHANGED = "C877", "`x-follow` changed",
        both(breaking("callers no longer find the next resource")), both(rust::FOLLOWS), "";
    SERIALIZE_ADDED = "C878", "writes must no longer overlap",
        both(breaking("callers that write at the same time lose changes")), both(rust::FOLLOWS), "";
    SERIALIZE_REMOVED = "C879", "writes may overlap", both(additive("callers need not wait")),
        both(rust::FOLLOWS), "";
    REPLACES_ADDED = "C880", "properties that a request leaves out are deleted",
        both(breaking("callers that send a part lose the rest")),
        both(breaking("calls that send a part delete the rest")), "";
    REPLACES_REMOVED = "C881", "properties that a request leaves out are kept",
        both(breaking("callers that delete by leaving out no longer do")),
        both(breaking("calls that delete by leaving out no longer do")), "";
    COPIES_ADDED = "C882", "`x-copies` was added",
        both(neutral("the API behaves as before")), both(rust::DOCUMENTATION), "";
    COPIES_REMOVED = "C883", "`x-copies` was removed",
        both(neutral("the API behaves as before")), both(rust::DOCUMENTATION), "";
    ERROR_MEMBER_ADDED = "C884", "a place of an error member was added",
        both(additive("callers may look there")), both(rust::FOLLOWS), "";
    ERROR_MEMBER_REMOVED = "C885", "a place of an error member was removed",
        both(breaking("callers no longer find it there")), both(rust::FOLLOWS), "";
    USER_AGENT_ADDED = "C886", "the API demands a `User-Agent`",
        both(breaking("calls with another one are refused")), both(rust::FOLLOWS), "";
    USER_AGENT_REMOVED = "C887", "the API demands no `User-Agent` any more",
        both(additive("calls may have any")), both(rust::FOLLOWS), "";
    USER_AGENT_CHANGED = "C888", "the API demands another `User-Agent`",
        both(breaking("calls with the old one are refused")), both(rust::FOLLOWS), "";
    PAGINATION_EXTENDED = "C889", "the pagination of an operation was extended",
        both(additive("it only says more")), both(rust::FOLLOWS), "";
    CLIENT_SETTING_ADDED = "C890", "the client's builder got a setting", both(UNNOTICED),
        both(rust::SETTING_NEW), "";
    CLIENT_SETTING_REMOVED = "C891", "the client's builder lost a setting", both(UNNOTICED),
        both(rust::SETTING_GONE), "";
}

pub(super) fn document(comparison: &mut Comparison<'_>) {
    let (old, new) = (comparison.old, comparison.new);
    let at = At::new("", "");
    rate_limits(comparison, &old.rate_limits, &new.rate_limits);
    let statuses = [old.retry_statuses.as_ref(), new.retry_statuses.as_ref()];
    retry_statuses(comparison, at, statuses);
    error_members(comparison, at, &old.error_members, &new.error_members);
    let agents = [old.user_agent.as_ref(), new.user_agent.as_ref()];
    let rule = match agents {
        [None, _] => USER_AGENT_ADDED,
        [_, None] => USER_AGENT_REMOVED,
        _ => USER_AGENT_CHANGED,
    };
    comparison.differ(rule, at, "x-user-agent", agents);
    let (before, after) = (rust::settings(old), rust::settings(new));
    for setting in after.difference(&before) {
        let found = comparison.add(
            CLIENT_SETTING_ADDED,
            at,
            "some operation or setting needs it now",
        );
        found
            .symbol(format!("ClientBuilder::{setting}"))
            .values(None::<&str>, Some(setting));
    }
    for setting in before.difference(&after) {
        let found = comparison.add(
            CLIENT_SETTING_REMOVED,
            at,
            "no operation or setting needs it any more",
        );
        found
            .symbol(format!("ClientBuilder::{setting}"))
            .values(Some(setting), None::<&str>);
    }
}

fn rate_limits(comparison: &mut Comparison<'_>, old: &[RateLimit], new: &[RateLimit]) {
    let find = |list: &[RateLimit], name: &str| list.iter().position(|limit| limit.name == name);
    let place = |index: usize| format!("/x-rate-limit/{index}");
    for (index, limit) in old.iter().enumerate() {
        let old_at = place(index);
        if let Some(after) = find(new, &limit.name) {
            let new_at = place(after);
            rate_limit(comparison, At::new(&old_at, &new_at), limit, &new[after]);
        } else {
            let message = format!("the rate limit `{}` was removed", limit.name);
            comparison.add(
                RATE_LIMIT_REMOVED,
                At::new(&old_at, "/x-rate-limit"),
                message,
            );
        }
    }
    for (index, limit) in new.iter().enumerate() {
        if find(old, &limit.name).is_none() {
            let message = format!("the rate limit `{}` was added", limit.name);
            let new_at = place(index);
            comparison.add(RATE_LIMIT_ADDED, At::new("/x-rate-limit", &new_at), message);
        }
    }
}

fn rate_limit(comparison: &mut Comparison<'_>, at: At<'_>, old: &RateLimit, new: &RateLimit) {
    let RateLimit {
        name,
        path_prefix,
        requests,
        window,
        per,
    } = old;
    comparison.differ(
        RATE_LIMIT_SCOPE_CHANGED,
        at,
        "pathPrefix",
        [Some(path_prefix), Some(&new.path_prefix)],
    );
    comparison.differ(
        RATE_LIMIT_SCOPE_CHANGED,
        at,
        "per",
        [Some(per), Some(&new.per)],
    );
    if (requests, window) == (&new.requests, &new.window) {
        return;
    }
    // More requests in a longer window may still be fewer at once: both have to be at least as good.
    let is_looser = new.requests >= *requests && new.window <= *window;
    let rule = if is_looser {
        RATE_LIMIT_LOOSER
    } else {
        RATE_LIMIT_TIGHTER
    };
    let shown = |limit: &RateLimit| format!("{} requests in {} s", limit.requests, limit.window);
    let message = format!(
        "the rate limit `{name}` was {}, and is {}",
        shown(old),
        shown(new)
    );
    comparison
        .add(rule, at, message)
        .values(Some(shown(old)), Some(shown(new)));
}

fn retry_statuses(comparison: &mut Comparison<'_>, at: At<'_>, lists: [Option<&RetryStatuses>; 2]) {
    let usual = RetryStatuses::default();
    let [old, new] = lists.map(|list| list.unwrap_or(&usual));
    let all = [old, new].into_iter().flat_map(statuses);
    for status in all.collect::<BTreeSet<u16>>() {
        let (before, after) = (retried(old, status), retried(new, status));
        let rule = if after > before {
            RETRY_STATUS_ADDED
        } else {
            RETRY_STATUS_REMOVED
        };
        if before != after {
            let message = format!(
                "after {status}, {} were retried, and {} are",
                before.name(),
                after.name()
            );
            let (old_at, new_at) = super::under(
                at,
                "x-retry-statuses",
                lists[0].is_some(),
                lists[1].is_some(),
            );
            let found = comparison.add(rule, At::new(&old_at, &new_at), message);
            found.values(
                Some(format!("{status}: {}", before.name())),
                Some(format!("{status}: {}", after.name())),
            );
        }
    }
}

/// Which calls are retried after a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Retried {
    None,
    Safe,
    Idempotent,
    All,
}

impl Retried {
    fn name(self) -> &'static str {
        match self {
            Self::None => "no calls",
            Self::Safe => "GET and HEAD",
            Self::Idempotent => "calls of which retries became safe",
            Self::All => "all calls",
        }
    }
}

fn statuses(list: &RetryStatuses) -> impl Iterator<Item = u16> {
    let RetryStatuses {
        any,
        idempotent,
        safe,
    } = list;
    [any, idempotent, safe].into_iter().flatten().copied()
}

fn retried(list: &RetryStatuses, status: u16) -> Retried {
    let kinds = [
        (&list.any, Retried::All),
        (&list.idempotent, Retried::Idempotent),
        (&list.safe, Retried::Safe),
    ];
    let kind = kinds.into_iter().find(|(list, _)| list.contains(&status));
    kind.map_or(Retried::None, |(_, kind)| kind)
}

fn error_members(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    old: &ErrorMembers,
    new: &ErrorMembers,
) {
    let ErrorMembers {
        code,
        message,
        request_id,
        retry_after,
    } = old;
    let lists = [
        ("code", code, &new.code),
        ("message", message, &new.message),
        ("requestId", request_id, &new.request_id),
        ("retryAfter", retry_after, &new.retry_after),
    ];
    for (keyword, old, new) in lists {
        let keyword = format!("x-error-members/{keyword}");
        comparison.lists(
            [ERROR_MEMBER_ADDED, ERROR_MEMBER_REMOVED],
            at,
            &keyword,
            old,
            new,
        );
    }
}

pub(super) fn operation(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    old: &Operation,
    new: &Operation,
) {
    retry(comparison, at, old.retry, new.retry);
    let statuses = [old.retry_statuses.as_ref(), new.retry_statuses.as_ref()];
    retry_statuses(comparison, at, statuses);
    let keys = [old.idempotency_key.as_ref(), new.idempotency_key.as_ref()];
    let rule = match keys {
        [None, _] => IDEMPOTENCY_ADDED,
        [_, None] => IDEMPOTENCY_REMOVED,
        _ => IDEMPOTENCY_CHANGED,
    };
    comparison.differ(rule, at, "x-idempotency-key", keys);
    pagination(comparison, at, old, new);
    follow(comparison, at, old, new);
    let rules = [SERIALIZE_ADDED, SERIALIZE_REMOVED];
    comparison.lists(
        rules,
        at,
        "x-serialize-by",
        &old.serialize_by,
        &new.serialize_by,
    );
    let replaces = [old.replaces_whole, new.replaces_whole];
    let texts = [
        "properties that a request leaves out are deleted",
        "properties that a request leaves out are kept",
    ];
    comparison.flag(
        [REPLACES_ADDED, REPLACES_REMOVED],
        at,
        "x-replaces-whole",
        replaces,
        texts,
    );
    let copies = [old.copies, new.copies];
    let texts = ["`x-copies` was added", "`x-copies` was removed"];
    comparison.flag(
        [COPIES_ADDED, COPIES_REMOVED],
        at,
        "x-copies",
        copies,
        texts,
    );
}

fn retry(comparison: &mut Comparison<'_>, at: At<'_>, old: Option<Retry>, new: Option<Retry>) {
    let rank = |retry: Option<Retry>| match retry {
        Some(Retry::Never) => 0,
        None => 1,
        Some(Retry::Always) => 2,
    };
    let rule = if rank(new) > rank(old) {
        RETRY_ALLOWED
    } else {
        RETRY_FORBIDDEN
    };
    let shown = |retry: Option<Retry>| {
        retry.map(|retry| match retry {
            Retry::Always => "always",
            Retry::Never => "never",
        })
    };
    comparison.differ(rule, at, "x-retry", [shown(old), shown(new)]);
}

fn pagination(comparison: &mut Comparison<'_>, at: At<'_>, old: &Operation, new: &Operation) {
    let shown = |pagination: &Pagination| {
        let Pagination {
            style,
            parameters,
            members,
        } = pagination;
        let mut roles: Vec<String> = parameters
            .iter()
            .chain(members)
            .map(|(role, name)| format!("{role} {name}"))
            .collect();
        roles.sort();
        format!("{style}: {}", roles.join(", "))
    };
    let pair = [old, new].map(|operation| operation.pagination.as_ref().map(shown));
    let rule = match &pair {
        [None, _] => PAGINATION_ADDED,
        [_, None] => PAGINATION_REMOVED,
        _ if extends(old, new) => PAGINATION_EXTENDED,
        _ => PAGINATION_CHANGED,
    };
    if let Some(found) = comparison.differ(rule, at, "x-pagination", pair) {
        found.symbol(rust::method(new));
    }
}

/// Whether the new pagination says all that the old one says.
fn extends(old: &Operation, new: &Operation) -> bool {
    let (Some(old), Some(new)) = (&old.pagination, &new.pagination) else {
        return false;
    };
    let keeps = |old: &IndexMap<String, String>, new: &IndexMap<String, String>| {
        old.iter().all(|(role, name)| new.get(role) == Some(name))
    };
    old.style == new.style
        && keeps(&old.parameters, &new.parameters)
        && keeps(&old.members, &new.members)
}

fn follow(comparison: &mut Comparison<'_>, at: At<'_>, old: &Operation, new: &Operation) {
    let shown = |follow: &Follow| {
        let Follow { parameter, member } = follow;
        format!("{parameter} from {member}")
    };
    let pair = [old, new].map(|operation| operation.follow.as_ref().map(shown));
    let rule = match &pair {
        [None, _] => FOLLOW_ADDED,
        [_, None] => FOLLOW_REMOVED,
        _ => FOLLOW_CHANGED,
    };
    if let Some(found) = comparison.differ(rule, at, "x-follow", pair) {
        found.symbol(rust::method(new));
    }
}
