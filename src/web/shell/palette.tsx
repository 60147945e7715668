import { Spotlight, type SpotlightActionData } from '@mantine/spotlight'
import { IconSearch } from '@tabler/icons-react'
import { useGoTo } from '../kit/address.ts'
import { useCaller } from '../kit/caller.ts'
import { palette, screens } from '../screens.ts'

/** Ctrl K or ⌘K: every screen, and what the features offer, by its name. */
export function Palette() {
  const { may } = useCaller()
  const goTo = useGoTo()
  const actions: SpotlightActionData[] = [
    ...palette
      .filter(({ permission }) => may(permission))
      .map(({ label, description, icon: Icon, to }) => ({
        id: `do ${label}`,
        label,
        ...(description === undefined ? {} : { description }),
        leftSection: <Icon size={16} stroke={1.7} />,
        onClick: () => goTo(to),
      })),
    ...screens
      .filter(({ navigation, permission }) => navigation && may(permission))
      .map(({ path, title, icon: Icon }) => ({
        id: `go ${path}`,
        label: `Go to ${title}`,
        leftSection: <Icon size={16} stroke={1.7} />,
        onClick: () => goTo(path),
      })),
  ]
  return (
    <Spotlight
      actions={actions}
      shortcut="mod + K"
      tagsToIgnore={[]}
      highlightQuery
      scrollable
      maxHeight={360}
      nothingFound="Nothing of that name"
      attributes={{ content: { 'aria-label': 'Palette' } }}
      searchProps={{
        leftSection: <IconSearch size={16} />,
        placeholder: 'Search or go to…',
        'aria-label': 'Search or go to',
      }}
    />
  )
}
