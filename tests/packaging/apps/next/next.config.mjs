// The packages of Next are lent to this project, so its files are not all in one folder.
export default { turbopack: { root: "/" } };
