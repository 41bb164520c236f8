// The platform API for our web apps.
export {};
