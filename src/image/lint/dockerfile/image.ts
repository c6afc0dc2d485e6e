/** A parsed image name. */
export interface ImageName {
  /** Everything before tag and digest: `registry:5000/team/app`. */
  readonly repository: string;
  /** The last part of the repository. */
  readonly name: string;
  /** Undefined where the name leaves it to the engine, which means Docker Hub. */
  readonly registry: string | undefined;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Takes an image name apart (distribution reference grammar, leniently). */
export function parseImageName(text: string): ImageName {
  const [rest = '', digest] = text.split('@', 2);
  const slash = rest.lastIndexOf('/');
  const colon = rest.indexOf(':', slash + 1);
  const repository = colon < 0 ? rest : rest.slice(0, colon);
  const [first = '', ...others] = repository.split('/');
  const isRegistry = others.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return {
    repository,
    name: repository.slice(slash + 1),
    registry: isRegistry ? first : undefined,
    tag: colon < 0 ? undefined : rest.slice(colon + 1),
    digest,
  };
}
