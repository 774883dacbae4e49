//! Generation: the lowered document through progenitor.

use openapi_document::Finding;
use progenitor_impl::{
    CrateVers, GenerationSettings, HooksMode, InterfaceStyle, TypeImpl, UnknownPolicy,
};

use crate::{attempt::attempt, blame::blame, lower::Lowered, naming, plan::Plan};

/// What progenitor makes of the lowered document.
pub(crate) fn generate(lowered: &Lowered) -> Result<syn::File, Vec<Finding>> {
    let settings = settings(&lowered.plan);
    attempt(&lowered.document, &settings).map_err(|failure| blame(lowered, &settings, &failure))
}

fn settings(plan: &Plan) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_hooks(HooksMode::Expected)
        .with_map_type("::std::collections::BTreeMap")
        .with_derive("PartialEq")
        .with_unknown_crates(UnknownPolicy::Generate);
    for name in ["std", "serde_json", "openapi_client_runtime"] {
        settings.with_crate(name, CrateVers::Any, None);
    }
    let text = [TypeImpl::Display, TypeImpl::FromStr];
    for name in plan.open_enums.keys() {
        settings.with_replacement(naming::pascal(name), own_type(name), text.into_iter());
    }
    for name in plan.unions.keys().chain(plan.envelopes.keys()) {
        settings.with_replacement(naming::pascal(name), own_type(name), [].into_iter());
    }
    for (name, rust_type) in &plan.aliases {
        settings.with_replacement(naming::pascal(name), rust_type, [].into_iter());
    }
    settings
}

/// Types that the completer writes stand beside those that typify makes.
fn own_type(name: &str) -> String {
    format!("crate::types::{}", naming::pascal(name))
}
