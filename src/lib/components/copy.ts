/** Copies a text that stands on the page; false where the browser would not, and the text is selected for the reader to copy. */
export async function copyShown(text: string, where: HTMLElement | undefined): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers give no clipboard to pages without TLS.
    if (where) getSelection()?.selectAllChildren(where);
    return false;
  }
}
