//! What every object has: name, namespace, labels, annotations, owners, finalizers.
