//! Bases that are a choice among what is made of them.

use std::collections::BTreeMap;

use openapi_document::inheritance::{bases, extend_parts, separate};

use super::{Lowering, rewrite};

/// A base is two things: what all its children have, and any one of them. Where both go by one name,
/// the first gets a name of its own.
pub(super) fn separate_bases(lowering: &mut Lowering) -> usize {
    let mut parts = BTreeMap::new();
    for base in bases(&lowering.schemas).into_keys() {
        let origin = lowering.plan.origins.get(&base).cloned();
        let part = lowering.reserve(&format!("{base}Base"), &origin.unwrap_or_default());
        parts.insert(base, part);
    }
    separate(&mut lowering.schemas, &parts);
    for operation in &mut lowering.operations {
        rewrite::in_operation(&mut operation.object, |_, schema| {
            rewrite::everywhere(schema, &mut |schema| extend_parts(schema, &parts));
        });
    }
    let applied = parts.len();
    lowering.plan.bases = parts;
    applied
}
