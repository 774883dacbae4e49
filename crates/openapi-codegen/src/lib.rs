//! openapi-codegen
