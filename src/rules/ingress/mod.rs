//! Ingress and IngressClass.
