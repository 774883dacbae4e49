//! The clients of the mini documents, written by
//! `UPDATE_LOWERING=1 cargo test -p guards --test lowering_documents`.

#[rustfmt::skip]
pub(crate) mod accept_optional_bodies;
#[rustfmt::skip]
pub(crate) mod api_keys;
#[rustfmt::skip]
pub(crate) mod bearer;
#[rustfmt::skip]
pub(crate) mod byte_streams;
#[rustfmt::skip]
pub(crate) mod carry_cookies_in_headers;
#[rustfmt::skip]
pub(crate) mod check_limits;
#[rustfmt::skip]
pub(crate) mod choose_one_of_any;
#[rustfmt::skip]
pub(crate) mod client_defaults;
#[rustfmt::skip]
pub(crate) mod default_response;
#[rustfmt::skip]
pub(crate) mod deprecated;
#[rustfmt::skip]
pub(crate) mod derive_operation_ids;
#[rustfmt::skip]
pub(crate) mod drop_required_choices;
#[rustfmt::skip]
pub(crate) mod drop_reserved_headers;
#[rustfmt::skip]
pub(crate) mod fold_error_statuses;
#[rustfmt::skip]
pub(crate) mod fold_success_statuses;
#[rustfmt::skip]
pub(crate) mod follow;
#[rustfmt::skip]
pub(crate) mod form_bodies;
#[rustfmt::skip]
pub(crate) mod formats;
#[rustfmt::skip]
pub(crate) mod header_parameters;
#[rustfmt::skip]
pub(crate) mod hoist_inline_schemas;
#[rustfmt::skip]
pub(crate) mod inferred;
#[rustfmt::skip]
pub(crate) mod inheritance;
#[rustfmt::skip]
pub(crate) mod integer_enums;
#[rustfmt::skip]
pub(crate) mod join_header_lists;
#[rustfmt::skip]
pub(crate) mod keep_empty_lists;
#[rustfmt::skip]
pub(crate) mod keep_extra_members;
#[rustfmt::skip]
pub(crate) mod keep_null_apart;
#[rustfmt::skip]
pub(crate) mod keep_numbers_exact;
#[rustfmt::skip]
pub(crate) mod keep_property_from_map;
#[rustfmt::skip]
pub(crate) mod keep_unknown_members;
#[rustfmt::skip]
pub(crate) mod links;
#[rustfmt::skip]
pub(crate) mod lower_media_types;
#[rustfmt::skip]
pub(crate) mod media_types_of_one_shape;
#[rustfmt::skip]
pub(crate) mod move_nullable_to_references;
#[rustfmt::skip]
pub(crate) mod names;
#[rustfmt::skip]
pub(crate) mod no_security;
#[rustfmt::skip]
pub(crate) mod noisy_descriptions;
#[rustfmt::skip]
pub(crate) mod not_modified;
#[rustfmt::skip]
pub(crate) mod oauth;
#[rustfmt::skip]
pub(crate) mod open_string_enums;
#[rustfmt::skip]
pub(crate) mod pagination;
#[rustfmt::skip]
pub(crate) mod protect_secrets;
#[rustfmt::skip]
pub(crate) mod query_enum_lists;
#[rustfmt::skip]
pub(crate) mod recursive_schemas;
#[rustfmt::skip]
pub(crate) mod repeats_and_limits;
#[rustfmt::skip]
pub(crate) mod require_by_direction;
#[rustfmt::skip]
pub(crate) mod security_alternatives;
#[rustfmt::skip]
pub(crate) mod send_only_what_is_set;
#[rustfmt::skip]
pub(crate) mod separate_bases;
#[rustfmt::skip]
pub(crate) mod servers;
#[rustfmt::skip]
pub(crate) mod servers_of_operations;
#[rustfmt::skip]
pub(crate) mod setters;
#[rustfmt::skip]
pub(crate) mod sibling_names;
#[rustfmt::skip]
pub(crate) mod split_media_types;
#[rustfmt::skip]
pub(crate) mod split_multipart_bodies;
#[rustfmt::skip]
pub(crate) mod status_ranges;
#[rustfmt::skip]
pub(crate) mod style_query_parameters;
#[rustfmt::skip]
pub(crate) mod tag_discriminated_unions;
#[rustfmt::skip]
pub(crate) mod take_limits_off_types;
#[rustfmt::skip]
pub(crate) mod text_replies;
#[rustfmt::skip]
pub(crate) mod titles;
#[rustfmt::skip]
pub(crate) mod told_apart_by_value;
#[rustfmt::skip]
pub(crate) mod types_by_direction;
#[rustfmt::skip]
pub(crate) mod webhooks;
