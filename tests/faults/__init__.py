"""What all adapters must survive: members that die or freeze, clients that die, callers that give up."""
