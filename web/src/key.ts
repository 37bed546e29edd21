/** Asks the person for the key or token that the server wants. */

let asking: Promise<string | null> | undefined;

/** Resolves to the entered key, or to null without one. Calls meanwhile get the same promise. */
export function askForKey(refusal: string): Promise<string | null> {
  asking ??= show(refusal).finally(() => (asking = undefined));
  return asking;
}

function show(refusal: string): Promise<string | null> {
  const dialog = document.createElement('dialog');
  dialog.className = 'key';
  dialog.innerHTML = `
    <form method="dialog">
      <h2>This server asks for a key</h2>
      <p></p>
      <label>API key or token <input type="password" name="key" autocomplete="off" required></label>
      <footer>
        <button type="button">Cancel</button>
        <button class="primary" value="entered">Continue</button>
      </footer>
    </form>`;
  const field = dialog.querySelector('input')!;
  dialog.querySelector('p')!.textContent = `It says: ${refusal}.`;
  dialog.querySelector('button')!.addEventListener('click', () => dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'entered' ? field.value.trim() : null);
    });
  });
}
