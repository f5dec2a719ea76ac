//! The turn to build. cargo builds one package at a time in a workspace, and says again and again that it
//! waits: lessons that are started together wait here instead.

use parking_lot::{Mutex, MutexGuard};

use super::stage::{LOOK, Stage};

/// Waits until no other lesson is built by this program. None if the lesson has ended meanwhile.
pub(super) fn turn(stage: &Stage) -> Option<MutexGuard<'static, ()>> {
    static TURN: Mutex<()> = Mutex::new(());
    loop {
        let turn = TURN.try_lock_for(LOOK);
        if turn.is_some() || !stage.builds(None) {
            return turn;
        }
    }
}
