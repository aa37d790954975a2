/** A stored file as the API and outputs of steps show it: what any input of type `file` takes. */
import type { StoredFile } from './ports.ts';

export function fileView({
  id,
  size,
  digest,
  contentType,
  name,
  createdAt,
  expiresAt,
}: StoredFile) {
  return {
    id,
    size,
    digest,
    content_type: contentType,
    ...(name !== undefined && { name }),
    created_at: new Date(createdAt).toISOString(),
    ...(expiresAt !== undefined && { expires_at: new Date(expiresAt).toISOString() }),
  };
}
