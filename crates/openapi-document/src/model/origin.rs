//! Where a statement comes from.

use super::node::Node;

/// Who says so (`x-provenance`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Provenance {
    /// The vendor documents it.
    Documented,
    /// The authors of the document conclude it.
    Inferred,
}

/// Where a statement comes from, as it says itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Who says so. What says nothing is as what it stands in.
    pub provenance: Option<Provenance>,
    /// The pages that document it, or that an inference started from (`x-source`).
    pub sources: Vec<String>,
    /// What an inference stands on (`x-provenance-basis`).
    pub basis: Option<String>,
}

impl Origin {
    pub(super) fn of(node: &Node<'_>) -> Self {
        Self {
            provenance: match node.str("x-provenance") {
                Some("documented") => Some(Provenance::Documented),
                Some("inferred") => Some(Provenance::Inferred),
                _ => None,
            },
            sources: node.one_or_several("x-source"),
            basis: node.text("x-provenance-basis"),
        }
    }
}
