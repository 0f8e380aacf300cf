"""What a gate review puts together: waivers, sign-offs, decisions, and the verdict per launch and market."""
