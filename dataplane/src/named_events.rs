//! Events that rules ask for by name, and sets of them: one table makes both.

/// Makes an enum of events, each with the name that rules have for it and perhaps older ones, and a set of them as bits.
macro_rules! named_events {
    (
        $(#[$event_meta:meta])* $event:ident,
        $(#[$set_meta:meta])* $set:ident($bits:ty):
        $($variant:ident = $name:literal $([$($alias:literal),*])?,)*
    ) => {
        $(#[$event_meta])*
        #[allow(missing_docs)] // the names say it
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $event {
            $($variant,)*
        }

        impl $event {
            /// All of them.
            pub const ALL: [$event; [$($name),*].len()] = [$($event::$variant,)*];

            /// The name in rules.
            pub const fn name(self) -> &'static str {
                match self {
                    $($event::$variant => $name,)*
                }
            }

            /// The event of this name.
            pub fn named(name: &str) -> Option<$event> {
                match name {
                    $($name $($(| $alias)*)? => Some($event::$variant),)*
                    _ => None,
                }
            }
        }

        $(#[$set_meta])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
        pub struct $set($bits);

        const _: () = assert!($event::ALL.len() <= <$bits>::BITS as usize);

        impl $set {
            /// None.
            pub const NONE: $set = $set(0);

            /// Whether there is none.
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Adds an event.
            pub const fn raise(&mut self, event: $event) {
                self.0 |= 1 << event as u8;
            }

            /// Whether an event is among them.
            pub const fn has(self, event: $event) -> bool {
                self.0 >> event as u8 & 1 == 1
            }

            /// Whether all of `others` are among them.
            pub const fn has_all(self, others: $set) -> bool {
                self.0 & others.0 == others.0
            }

            /// Those of both.
            #[must_use]
            pub const fn union(self, others: $set) -> $set {
                $set(self.0 | others.0)
            }

            /// The events, in the order of the table.
            pub fn iter(self) -> impl Iterator<Item = $event> {
                $event::ALL.into_iter().filter(move |&event| self.has(event))
            }
        }

        impl FromIterator<$event> for $set {
            fn from_iter<I: IntoIterator<Item = $event>>(events: I) -> $set {
                let mut set = $set::NONE;
                events.into_iter().for_each(|event| set.raise(event));
                set
            }
        }

        impl std::fmt::Debug for $set {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_set().entries(self.iter().map($event::name)).finish()
            }
        }
    };
}

pub(crate) use named_events;
