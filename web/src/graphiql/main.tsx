/** @jsxImportSource react */
