//! Lists that items hold, and that grow by a path of their own.

use serde_json::Value;

use super::apply::{CHANGE, CREATION, Own, sent_by, stamp};
use super::bodies::{answered, status_declared};
use super::handler::{Handler, Outcome, Target};
use crate::change::{Change, ChangeKind};
use crate::sample::Wish;

impl<'a> Handler<'a> {
    /// Adds what was sent to a list of an item, and answers with it as it stands there.
    pub(super) fn append(&mut self, target: &Target<'a>, created: bool, member: &str) -> Outcome {
        self.find(target, created)?;
        let operation = self.call.operation;
        let (Some(sent), Some((media, schema))) = (sent_by(self.call, ""), answered(operation))
        else {
            return Ok(None);
        };
        self.data.made_keys += 1;
        let place = format!(
            "{}/{member}#{}",
            target.resource_path.path, self.data.made_keys
        );
        let example = media.examples().next().map(|example| example.value);
        let wish = Wish::at(&place).like(example).fresh();
        let Value::Object(made) = self.context.api.sampler.value(schema, &wish) else {
            return Ok(None);
        };
        let mut added = self.context.server_made(made, self.call, schema);
        stamp(&mut added, CREATION);
        let own = Own {
            schema: Some(schema),
            key: None,
        };
        self.context.apply(&mut added, sent, self.call, false, &own);
        stamp(&mut added, CHANGE);
        let mut added = Value::Object(added);
        let made = status_declared(operation, 201);
        let status = if made { 201 } else { operation.success() };
        let mut answer = self.answer_with(status, &mut added, &target.resource_path)?;
        let item = self.data.item_mut(&target.at, &target.key);
        if let Some(Value::Object(members)) = item.map(|item| &mut item.value) {
            let list = members.entry(member).or_insert(Value::Null);
            match list {
                Value::Array(items) => items.push(added),
                other => *other = Value::Array(vec![added]),
            }
            let name = &target.collection.name;
            let value = Value::Object(members.clone());
            let change = Change::new(
                ChangeKind::Updated,
                name,
                &target.resource_path.path,
                &value,
            );
            answer.changes = vec![change];
        }
        Ok(Some(answer))
    }
}
