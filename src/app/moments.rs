//! Reads that look at two moments at once.

use super::{App, Call, Depends, Keep, ReadAt};
use crate::commit::View;
use crate::error::Result;

impl App {
    /// Reads a jurisdiction at two revisions, the left one and the right one.
    pub async fn read_both<T, F>(
        &self,
        call: &Call,
        jurisdiction: &str,
        (left, right): (ReadAt, ReadAt),
        read: F,
    ) -> Result<Keep<T>>
    where
        T: Send + 'static,
        F: Fn(&mut View<'_>, (i64, i64)) -> Result<T> + Send + 'static,
    {
        // A named moment is settled first, so that the other one, which may be the head, is not behind it.
        let (first, last) = if left == ReadAt::Head { (right, left) } else { (left, right) };
        let settled = match first == last {
            true => None,
            false => Some(self.read(call, jurisdiction, first, |view| Ok(view.revision)).await?.value),
        };
        let read = move |view: &mut View<'_>| {
            let (here, there) = (view.revision, settled.unwrap_or(view.revision));
            read(view, if left == ReadAt::Head { (here, there) } else { (there, here) })
        };
        let answer = self.read(call, jurisdiction, last, read).await?;
        let is_head = left == ReadAt::Head || right == ReadAt::Head;
        Ok(answer.kept(jurisdiction, if is_head { Depends::Everything } else { Depends::Nothing }))
    }
}
