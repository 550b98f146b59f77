/** `major.minor`: another major is refused; a daemon speaks minors back to two before its own. */
export const protocolVersion = '1.0';
