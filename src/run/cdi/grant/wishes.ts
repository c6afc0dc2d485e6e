import type { DeviceRequest, Service } from '../../compose/index.ts';

/** What a service asks of CDI, or of what gives GPUs. */
export interface CdiWishes {
  /** Qualified names, with whether they must be there. */
  readonly names: readonly { readonly name: string; readonly isRequired: boolean }[];
  /** Requests for GPUs of NVIDIA. */
  readonly gpus: readonly DeviceRequest[];
  /** Requests that are the engine's own business. */
  readonly others: readonly DeviceRequest[];
}

/** Reads them: `devices`, `x-sampan: devices`, `gpus`, and `deploy.resources.reservations.devices`. */
export function cdiWishes({ written }: Service): CdiWishes {
  const requests = [...(written.gpus ?? []), ...(written.deploy?.resources?.reservations?.devices ?? [])];
  const listed = (written.devices ?? []).flatMap(one =>
    'cdi' in one ? [{ name: one.cdi, isRequired: true }] : [],
  );
  const selected = (written['x-sampan']?.devices ?? []).flatMap(({ cdi, required }) =>
    cdi === undefined ? [] : [{ name: cdi, isRequired: required !== false }],
  );
  const asked = requests
    .filter(isCdi)
    .flatMap(({ deviceIds = [] }) => deviceIds.map(name => ({ name, isRequired: true })));
  return {
    names: [...listed, ...selected, ...asked],
    gpus: requests.filter(isNvidia),
    others: requests.filter(one => !isCdi(one) && !isNvidia(one)),
  };
}

function isCdi({ driver, deviceIds = [] }: DeviceRequest): boolean {
  return driver === 'cdi' || (deviceIds.length > 0 && deviceIds.every(id => id.includes('=')));
}

/** Without a driver, a GPU is one of NVIDIA, as for the Docker engine. */
function isNvidia(request: DeviceRequest): boolean {
  if (isCdi(request)) return false;
  return (
    request.driver === 'nvidia' || (request.driver === undefined && request.capabilities.includes('gpu'))
  );
}
