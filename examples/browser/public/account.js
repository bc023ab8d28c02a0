// Who uses this browser: signing in, and the token that this gives.
//
// The token is kept in localStorage, which only pages of this origin can read;
// the page's Content-Security-Policy lets no foreign script into them.

const key = 'todo:account';

/** {userId, token} of who is signed in; null: nobody. */
export function current() {
  return JSON.parse(localStorage.getItem(key));
}

export function forget() {
  localStorage.removeItem(key);
}

async function post(path, body) {
  let response;
  try {
    response = await fetch(`api/Users${path}`, {method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify(body)});
  } catch {
    throw new Error('There is no connection.');
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error(answer.error?.message || `Status ${response.status}`);
  }
  return answer;
}

/**
 * Signs in, after making the account if 'isNew'.  Rejects with an Error whose
 * message is for the user.
 */
export async function signIn(email, password, isNew) {
  if (isNew) await post('', {email, password});
  const {id, userId} = await post('/login', {email, password});
  const account = {userId: String(userId), token: id};
  localStorage.setItem(key, JSON.stringify(account));
  return account;
}
