//! openapi-client-runtime
