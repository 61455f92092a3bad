"""Who may do what: the roles of a roll-out team."""

from enum import StrEnum


class Role(StrEnum):
    MEMBER = "成员"
    MANAGER = "项目经理"
    BUSINESS = "业务负责人"
    IT = "IT"
    ADMIN = "系统管理员"
    DATA = "数据专员"
    TRAINER = "培训师"
    EXPERT = "支持专家"
    CHANGE = "变革专员"
    CONSULTANT = "顾问"
    LEADER = "领导"


KEEPERS = (Role.MANAGER, Role.ADMIN)  # who may change what the whole team depends on
