// A project's name, and the origins whose pages may frame the Connect Portal.
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ResultOf, OperationOf } from '@tenon/api-client';
import {
  Button,
  CopyField,
  FormActions,
  Notice,
  Page,
  Section,
  TextField,
  showToast,
} from '@tenon/ui';
import { api, queryClient } from '../../shared/api';
import { Loaded } from '../../shared/loaded';
import { useMay } from '../../shared/session';
import { useProjectId } from '../../shared/use-project';
import { AllowedOrigins } from './allowed-origins';
import { projectQuery } from './queries';

export type Project = ResultOf<OperationOf<'/api/v1/projects/{projectId}', 'get'>>;

export function ProjectPage() {
  const projectId = useProjectId();
  const project = useQuery(projectQuery(projectId));
  const mayEdit = useMay(projectId)('manageProject');
  return (
    <Page title="Project" lead="Its name, and where its Connect Portal may be shown.">
      <title>Project · Tenon</title>
      <Loaded query={project}>
        {(data) => (
          <>
            <NameSection key={data.name} project={data} mayEdit={mayEdit} />
            <AllowedOrigins project={data} mayEdit={mayEdit} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function NameSection({ project, mayEdit }: { project: Project; mayEdit: boolean }) {
  const [name, setName] = useState(project.name);
  const save = useMutation({
    mutationFn: () =>
      api.patch('/api/v1/projects/{projectId}', {
        path: { projectId: project.id },
        body: { name: name.trim() },
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['project', project.id] });
      await queryClient.invalidateQueries({ queryKey: ['projects'] });
      showToast({ text: 'The project has its new name.' });
    },
  });
  const isChanged = name.trim() !== '' && name.trim() !== project.name;
  return (
    <Section title="Name">
      <form
        className="tn-stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (isChanged) save.mutate();
        }}
      >
        <TextField
          label="Project name"
          value={name}
          onChange={setName}
          maxLength={100}
          isDisabled={!mayEdit}
          autoComplete="off"
        />
        <CopyField label="Project id" value={project.id} />
        {save.error ? <Notice tone="bad">{save.error.message}</Notice> : null}
        {mayEdit ? (
          <FormActions>
            <Button
              type="submit"
              variant="primary"
              isPending={save.isPending}
              isDisabled={!isChanged}
            >
              Save name
            </Button>
          </FormActions>
        ) : null}
      </form>
    </Section>
  );
}
