//! Defaults: what a server does with a member that is left out.

use serde_json::Value;

use super::{Lowering, rewrite};

/// typify would send the default of each member that nobody set. Where all that a type does is to
/// be read, the default stands in for the member that is missing.
pub(super) fn send_only_what_is_set(lowering: &mut Lowering) -> usize {
    let (sent, received) = rewrite::directions(lowering);
    let read_only = &received - &sent;
    let mut applied = 0;
    for (name, schema) in &mut lowering.schemas {
        if !read_only.contains(name) {
            rewrite::everywhere(schema, &mut |schema| applied += forget(schema));
        }
    }
    lowering.plan.filled_in = read_only;
    applied
}

/// Takes the defaults of optional members away.
fn forget(schema: &mut Value) -> usize {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return 0;
    };
    let mut applied = 0;
    for (name, property) in properties {
        let optional = !required.iter().any(|required| required == name);
        let members = property.as_object_mut().filter(|_| optional);
        applied += usize::from(members.is_some_and(|members| members.remove("default").is_some()));
    }
    applied
}
