// The projects that this account works on, and a new one.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Badge, Button, EmptyState, Section, Table, type Column } from '@tenon/ui';
import { Loaded } from '../../shared/loaded';
import { projectsQuery, type OwnProject } from '../../shared/session';
import { CreateProjectDialog } from '../../shared/shell/create-project-dialog';

const columns: Column<OwnProject>[] = [
  {
    id: 'name',
    name: 'Project',
    cell: (project) => (
      <Link to="/p/$projectId/integrations" params={{ projectId: project.id }}>
        {project.name}
      </Link>
    ),
  },
  { id: 'role', name: 'Your role', cell: (project) => <Badge tone="quiet">{project.role}</Badge> },
];

export function Projects() {
  const projects = useQuery(projectsQuery);
  const [isCreating, setCreating] = useState(false);
  return (
    <Section
      title="Projects"
      actions={
        <Button icon="add" onPress={() => setCreating(true)}>
          New project
        </Button>
      }
    >
      <Loaded query={projects}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="You work on no project">
              Make one, or ask an administrator of another for an invitation.
            </EmptyState>
          ) : (
            <Table
              label="Projects"
              columns={columns}
              rows={list}
              rowKey={(project) => project.id}
            />
          )
        }
      </Loaded>
      <CreateProjectDialog isOpen={isCreating} onClose={() => setCreating(false)} />
    </Section>
  );
}
