"""What buyers did, how liquid each market is, and how sure that is."""
