import mark from './cairn.svg'

/** The cairn. */
export function Mark({ size }: { size: number }) {
  return <img src={mark} width={size} height={size} alt="" />
}
