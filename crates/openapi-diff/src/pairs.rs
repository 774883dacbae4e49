//! Schemas of both documents that stand for each other.
//!
//! Two schemas are compared once, however many places lead to them. What they hold is compared in the same
//! way, so that recursion ends; which way values travel, and which operations a change reaches, is found
//! out at the end, along the edges from pair to pair.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;
use openapi_document::model::{Direction, Model, SchemaId};

use crate::compare::{operations, schemas};
use crate::found::{ANY_WAY, Found};
use crate::joined::{Ids, Joined, bare};
use crate::rust::TypeNames;

/// More pairs than any document needs; a hostile one could go on for hours.
const MOST: usize = 2_000_000;

type PairId = usize;

#[derive(Debug, Default)]
struct Pair {
    inner: Vec<Edge>,
    found: Vec<Found>,
}

/// From a pair to one that stands in it.
#[derive(Debug, Clone, Copy)]
struct Edge {
    to: PairId,
    optional: bool,
    possible: Direction,
    /// Below `not` fewer values mean more.
    flipped: bool,
}

/// Where comparing starts.
#[derive(Debug)]
struct Root {
    pair: PairId,
    direction: Direction,
    /// The operation or event; none for a component.
    user: Option<String>,
    /// Whether the generated client has code for it.
    in_rust: bool,
}

#[derive(Debug)]
pub(crate) struct Pairs<'a> {
    pub(crate) old: &'a Model,
    pub(crate) new: &'a Model,
    names: [TypeNames; 2],
    known: HashMap<(Ids, Ids), PairId>,
    all: Vec<(Ids, Ids)>,
    roots: Vec<Root>,
    is_cut: bool,
}

impl<'a> Pairs<'a> {
    pub(crate) fn new(old: &'a Model, new: &'a Model) -> Self {
        Self {
            old,
            new,
            names: [TypeNames::of(old), TypeNames::of(new)],
            known: HashMap::new(),
            all: Vec::new(),
            roots: Vec::new(),
            is_cut: false,
        }
    }

    /// Compares the schemas of two messages, or two components that nothing needs to use.
    pub(crate) fn root(
        &mut self,
        old: SchemaId,
        new: SchemaId,
        direction: Direction,
        user: Option<&str>,
        in_rust: bool,
    ) {
        if let Some(pair) = self.pair(&[old], &[new]) {
            let user = user.map(str::to_owned);
            self.roots.push(Root {
                pair,
                direction,
                user,
                in_rust,
            });
        }
    }

    fn pair(&mut self, old: &[SchemaId], new: &[SchemaId]) -> Option<PairId> {
        let key = (bare(&self.old.schemas, old), bare(&self.new.schemas, new));
        if let Some(known) = self.known.get(&key) {
            return Some(*known);
        }
        if self.all.len() == MOST {
            self.is_cut = true;
            return None;
        }
        let id = self.all.len();
        self.all.push(key.clone());
        self.known.insert(key, id);
        Some(id)
    }

    /// Compares all pairs, and what they lead to.
    pub(crate) fn finish(mut self) -> Vec<Found> {
        let mut pairs: Vec<Pair> = Vec::new();
        while let Some((old, new)) = self.all.get(pairs.len()).cloned() {
            let mut meeting = Meeting {
                old: Joined::of(&self.old.schemas, &old),
                new: Joined::of(&self.new.schemas, &new),
                ids: [&old, &new],
                pairs: &mut self,
                pair: Pair::default(),
            };
            schemas::compare(&mut meeting);
            pairs.push(meeting.pair);
        }
        let ways = self.ways(&pairs);
        self.reach(&mut pairs);
        let settled = pairs.into_iter().zip(ways);
        let cut = self.is_cut.then(operations::cut_short);
        settled
            .flat_map(|(pair, ways)| settle(pair, ways))
            .chain(cut)
            .collect()
    }

    /// How each pair is used.
    fn ways(&self, pairs: &[Pair]) -> Vec<Use> {
        let mut uses = vec![Use::default(); pairs.len()];
        let mut waiting: Vec<PairId> = Vec::new();
        for root in &self.roots {
            let use_ = &mut uses[root.pair];
            use_.needed = true;
            use_.in_rust |= root.in_rust;
            use_.add(root.direction);
            waiting.push(root.pair);
        }
        while let Some(id) = waiting.pop() {
            let outer = uses[id];
            for edge in &pairs[id].inner {
                let inner = &mut uses[edge.to];
                let before = *inner;
                inner.needed |= !edge.optional;
                inner.in_rust |= outer.in_rust;
                let sent = outer.direction.sent && edge.possible.sent;
                let received = outer.direction.received && edge.possible.received;
                inner.add(if edge.flipped {
                    Direction { sent, received }.reversed()
                } else {
                    Direction { sent, received }
                });
                if *inner != before {
                    waiting.push(edge.to);
                }
            }
        }
        uses
    }

    /// Notes at each pair that has changed which operations it reaches. Operations or changes, whichever are
    /// fewer, are followed through the pairs.
    fn reach(&self, pairs: &mut [Pair]) {
        let users = self.users();
        let changed = pairs.iter().filter(|pair| !pair.found.is_empty()).count();
        if changed < users.len() {
            from_changes(&users, pairs);
        } else {
            from_users(&users, pairs);
        }
    }

    /// The pairs that operations and events have, in the order of the document.
    fn users(&self) -> IndexMap<&str, Vec<PairId>> {
        let mut users: IndexMap<&str, Vec<PairId>> = IndexMap::new();
        for root in &self.roots {
            if let Some(user) = &root.user {
                users.entry(user).or_default().push(root.pair);
            }
        }
        users
    }
}

fn from_users(users: &IndexMap<&str, Vec<PairId>>, pairs: &mut [Pair]) {
    let mut seen = vec![usize::MAX; pairs.len()];
    for (number, (user, roots)) in users.iter().enumerate() {
        let mut waiting = roots.clone();
        while let Some(id) = waiting.pop() {
            if std::mem::replace(&mut seen[id], number) == number {
                continue;
            }
            for found in &mut pairs[id].found {
                found.reaches.push((*user).to_owned());
            }
            waiting.extend(pairs[id].inner.iter().map(|edge| edge.to));
        }
    }
}

fn from_changes(users: &IndexMap<&str, Vec<PairId>>, pairs: &mut [Pair]) {
    let mut outer: Vec<Vec<PairId>> = vec![Vec::new(); pairs.len()];
    for (id, pair) in pairs.iter().enumerate() {
        for edge in &pair.inner {
            outer[edge.to].push(id);
        }
    }
    let mut users_of: HashMap<PairId, Vec<usize>> = HashMap::new();
    for (number, roots) in users.values().enumerate() {
        for root in roots {
            users_of.entry(*root).or_default().push(number);
        }
    }
    let mut seen = vec![usize::MAX; pairs.len()];
    for (changed, pair) in pairs.iter_mut().enumerate() {
        if pair.found.is_empty() {
            continue;
        }
        let mut reached = BTreeSet::new();
        let mut waiting = vec![changed];
        while let Some(id) = waiting.pop() {
            if std::mem::replace(&mut seen[id], changed) != changed {
                reached.extend(users_of.get(&id).into_iter().flatten());
                waiting.extend(&outer[id]);
            }
        }
        let names = reached
            .into_iter()
            .filter_map(|number| users.get_index(number));
        let names: Vec<String> = names.map(|(user, _)| (*user).to_owned()).collect();
        for found in &mut pair.found {
            found.reaches.clone_from(&names);
        }
    }
}

/// How values of a pair travel.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Use {
    direction: Direction,
    /// Whether something else than an optional member has it.
    needed: bool,
    in_rust: bool,
}

impl Use {
    fn add(&mut self, direction: Direction) {
        self.direction.sent |= direction.sent;
        self.direction.received |= direction.received;
    }
}

fn settle(pair: Pair, ways: Use) -> impl Iterator<Item = Found> {
    let is_used = ways.direction.sent || ways.direction.received;
    let counts = move |found: &Found| !found.only_sent || !is_used || ways.direction.sent;
    pair.found.into_iter().filter(counts).map(move |mut found| {
        found.is_used = is_used;
        let goes_beyond = (ways.direction.sent && !found.possible.sent)
            || (ways.direction.received && !found.possible.received);
        found.in_rust = ways.in_rust && !(found.relaxed && goes_beyond);
        found.direction = Direction {
            sent: ways.direction.sent && found.possible.sent,
            received: ways.direction.received && found.possible.received,
        };
        if let Some(rule) = found.where_optional
            && !ways.needed
            && !found.direction.sent
        {
            found.rule = rule;
        }
        found
    })
}

/// Two schemas that are being compared.
#[derive(Debug)]
pub(crate) struct Meeting<'p, 'a> {
    pub(crate) old: Joined<'a>,
    pub(crate) new: Joined<'a>,
    ids: [&'p Ids; 2],
    pairs: &'p mut Pairs<'a>,
    pair: Pair,
}

impl<'a> Meeting<'_, 'a> {
    pub(crate) fn models(&self) -> [&'a Model; 2] {
        [self.pairs.old, self.pairs.new]
    }

    /// Compares what stands in both.
    pub(crate) fn inner(&mut self, old: &[SchemaId], new: &[SchemaId]) {
        self.edge(old, new, false, ANY_WAY, false);
    }

    /// Compares a member of both.
    pub(crate) fn member(
        &mut self,
        old: &[SchemaId],
        new: &[SchemaId],
        optional: bool,
        possible: Direction,
    ) {
        self.edge(old, new, optional, possible, false);
    }

    /// Compares what values of both must not be.
    pub(crate) fn excluded(&mut self, old: &[SchemaId], new: &[SchemaId]) {
        self.edge(old, new, false, ANY_WAY, true);
    }

    fn edge(
        &mut self,
        old: &[SchemaId],
        new: &[SchemaId],
        optional: bool,
        possible: Direction,
        flipped: bool,
    ) {
        if let Some(to) = self.pairs.pair(old, new) {
            self.pair.inner.push(Edge {
                to,
                optional,
                possible,
                flipped,
            });
        }
    }

    /// The schemas that are compared: of the old document, of the new one.
    pub(crate) fn ids(&self) -> [Ids; 2] {
        self.ids.map(Clone::clone)
    }

    pub(crate) fn add(&mut self, found: Found) -> &mut Found {
        self.pair.found.push(found);
        let last = self.pair.found.len() - 1;
        &mut self.pair.found[last]
    }

    /// The names of the types in Rust, old and new.
    pub(crate) fn type_names(&self) -> [Option<String>; 2] {
        let name = |side: usize, model: &Model| {
            let id = self.ids[side].first()?;
            self.pairs.names[side].name(&model.schemas, *id)
        };
        [name(0, self.pairs.old), name(1, self.pairs.new)]
    }

    /// The type in Rust, and its member: `types::Pet::name`.
    pub(crate) fn symbols(&self, member: Option<&str>) -> Vec<String> {
        let names = self.type_names().into_iter().flatten();
        let symbols: BTreeSet<String> = names
            .map(|name| match member {
                Some(member) => format!("types::{name}::{member}"),
                None => format!("types::{name}"),
            })
            .collect();
        symbols.into_iter().collect()
    }
}
