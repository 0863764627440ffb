export const runPlanted = async () => 0;
