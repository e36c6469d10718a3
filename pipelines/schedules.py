"""When things run by themselves: the hourly refresh of everything."""

import dagster as dg

REFRESH = "refresh"


def hourly() -> dg.ScheduleDefinition:
    """Every hour, at a quarter past, so that feeds updated on the hour are complete."""
    return dg.ScheduleDefinition(
        name="hourly",
        job_name=REFRESH,
        cron_schedule="15 * * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Refreshes everything, every hour.",
    )
