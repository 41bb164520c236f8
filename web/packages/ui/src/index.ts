// Components of our web apps.
export {};
