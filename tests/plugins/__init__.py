"""What the test run itself needs: the scoreboard."""
