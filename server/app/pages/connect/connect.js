// The connect page with scripts: password reveal, a first look at required fields, one submit only.
// Everything works without them too.
'use strict';

const publicOrigin = document.body.dataset.publicOrigin;
if (publicOrigin && publicOrigin !== location.origin) {
  // The provider sends the browser back to the public address, which must know this browser.
  location.replace(publicOrigin + location.pathname);
}

for (const input of document.querySelectorAll('input[type="password"]')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'reveal';
  const show = (visible) => {
    input.type = visible ? 'text' : 'password';
    button.textContent = visible ? 'Hide' : 'Show';
    button.setAttribute('aria-pressed', String(visible));
  };
  button.setAttribute('aria-controls', input.id);
  button.addEventListener('click', () => show(input.type === 'password'));
  show(false);
  input.parentElement.append(button);
}

function markRequired(control) {
  const field = control.closest('.field');
  field.classList.add('wrong');
  control.setAttribute('aria-invalid', 'true');
  if (field.querySelector('.wrong-because')) return;
  const words = document.createElement('p');
  words.className = 'wrong-because';
  words.id = control.id + '-problem';
  words.textContent = field.querySelector('label').firstChild.textContent.trim() + ' is required.';
  control.setAttribute('aria-describedby', words.id);
  field.append(words);
}

function clearMark(control) {
  const field = control.closest('.field');
  field.classList.remove('wrong');
  control.removeAttribute('aria-invalid');
  field.querySelector('.wrong-because')?.remove();
}

for (const form of document.querySelectorAll('form')) {
  form.noValidate = true;
  form.addEventListener('input', (event) => {
    if (event.target.closest('.field')) clearMark(event.target);
  });
  form.addEventListener('submit', (event) => {
    const empty = [...form.querySelectorAll('[required]')].filter((c) => !c.value.trim());
    if (empty.length > 0) {
      event.preventDefault();
      empty.forEach(markRequired);
      empty[0].focus();
      return;
    }
    const button = form.querySelector('[type="submit"]');
    button.disabled = true;
    button.setAttribute('aria-busy', 'true');
    // Back from the provider by the browser's arrow, the page must be usable again.
    window.addEventListener('pageshow', () => {
      button.disabled = false;
      button.removeAttribute('aria-busy');
    });
  });
}

document.querySelector('[data-problem]')?.focus();
