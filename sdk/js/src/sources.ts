// Where the choices of a field come from: the integration's own lists, the provider, or the product.
import type {
  DataSource,
  DataSources,
  DropdownOption,
  Dropdowns,
  FieldOptions,
  InputField,
  InputSource,
} from './types.js';

const isLoader = (
  source: Dropdowns[string],
): source is Extract<Dropdowns[string], object> & {
  loadOptions: (cursor?: string, search?: string) => Promise<{ options: DropdownOption[] }>;
} => !Array.isArray(source);

export class Sources {
  #all: DataSources = {};

  set(sources: DataSources): void {
    this.#all = sources;
  }

  // The integration's own go before those for all.
  #dropdowns(type: string): Dropdowns {
    const own = this.#all.integrationSpecificSources?.[type]?.dropdowns;
    return { ...this.#all.dropdowns, ...own };
  }

  forInput(
    type: string,
    input: InputField & { key?: string },
    dataSources: Record<string, DataSource>,
  ): InputSource | null {
    const dropdown = this.#dropdowns(type)[input.key ?? input.id];
    if (input.type === 'CUSTOM_DROPDOWN') {
      return Array.isArray(dropdown) ? { type: 'single', options: dropdown } : { type: 'single' };
    }
    const source = dataSources[input.sourceType ?? input.id];
    if (input.options) {
      return { type: 'single', options: input.options, ...(source ? { source } : {}) };
    }
    if (!source) return null;
    if (input.type === 'FIELD_MAPPER') return { type: 'fieldMapper', source };
    return { type: input.type.includes('COMBO') ? 'combo' : 'single', source };
  }

  // For the portal: lists go as they are, loaders are asked from there.
  loadDropdown(type: string, key: string, cursor?: string, search?: string) {
    const dropdown = this.#dropdowns(type)[key];
    if (!dropdown) throw new Error(`There is no dropdown "${key}".`);
    return isLoader(dropdown)
      ? dropdown.loadOptions(cursor, search)
      : Promise.resolve({ options: dropdown, nextPageCursor: null });
  }
}

interface ActionAnswer {
  output?: unknown[] | { records?: unknown[]; nextPageCursor?: string | null };
}

export function fieldOptionsOf(answer: ActionAnswer): FieldOptions {
  const { output } = answer;
  const records = (Array.isArray(output) ? output : output?.records) ?? [];
  const isNested = (record: unknown) =>
    typeof record === 'object' && record !== null && 'id' in record;
  return {
    data: records.filter((record) => !isNested(record)) as DropdownOption[],
    nestedData: records.filter(isNested),
    nextPageCursor: (Array.isArray(output) ? undefined : output?.nextPageCursor) ?? null,
  };
}
