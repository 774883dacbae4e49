//! openapi-document
