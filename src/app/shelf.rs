//! What slices keep in memory between calls, each under a type of its own, which the machine does not look into.
//!
//! Absent: bounds and ends; whoever keeps something says how much of it and for how long.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// One value of each type, made when it is first asked for.
#[derive(Default)]
pub struct Shelf(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Shelf {
    /// The value of a type.
    pub fn of<T: Any + Send + Sync + Default>(&self) -> Arc<T> {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let value = values.entry(TypeId::of::<T>()).or_insert_with(|| Arc::<T>::default()).clone();
        value.downcast().unwrap_or_default()
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_one_value() {
        let shelf = Shelf::default();
        shelf.of::<Mutex<i64>>().lock().unwrap().clone_from(&7);
        assert_eq!((*shelf.of::<Mutex<i64>>().lock().unwrap(), *shelf.of::<Mutex<u8>>().lock().unwrap()), (7, 0));
    }
}
