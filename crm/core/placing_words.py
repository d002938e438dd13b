"""Words of the chains' nodes that say less than they seem to, for placing companies.

Whoever edits the plan's keywords looks here too.
"""

# Titles of classes of GB/T 4754 that registers copy into scopes: they say what the code says, and are no second witness.
_TITLES = """
    专用车 乘用车 商用车 钢压延 模具加工 电池制造 轴承制造 变压器制造 电动机制造 钢压延加工 停车设备制造
    电子专用材料 电工仪器仪表 连续搬运设备 金属切削机床 金属成形机床 供应用仪器仪表 工业机器人制造
    机械零部件加工 电子元器件制造 锻件及粉末冶金 智能物料搬运装备 环境监测专用仪器 电机及其控制系统
    工业自动控制系统装置 机械零件、零部件加工 金属表面处理及热处理
"""
TITLES = frozenset(_TITLES.split())

# Wider than their node: firms that make it for other uses are as usual (变频器 of low voltage, 电路板 of any device).
_WIDE = """
    型钢 冷弯型钢 异型钢管 结构用钢 轨道型材 减速电机 同步带 联轴器 轴承座 光电传感器 RFID 条码识别 电控系统集成
    PLC控制 调度系统 嵌入式控制器 输送设备 生产线集成 设备总承包 交钥匙工程 设备运维 通用设备修理 扁钢 锻材
    温控箱 针阀系统 金属粉末 夹具 精密注塑 刃具 量具 CAD/CAM CAE分析 模具设计 三坐标测量 新型研发机构 铸铁件
    球墨铸铁 树脂砂铸造 木模 机械零部件加工 钣金加工 机加工 数控加工 五金加工 焊接结构件 运动控制器 工控机
    机床控制 变频驱动 微特电机 直线电机 自动化生产线 上下料 设备维保 铝合金压铸 编码器 运动控制 控制柜 机器视觉
    打磨抛光 非标自动化 售后维修 通信模组 MCU 电路板 光学元件 电子元器件制造 流量计 试验机 聚烯烃薄膜 微孔膜
    逆变器 IGBT 铝合金材料 悬架 减振器 压盘 摩擦片 铸造件 灰铸铁 精密铸造 高效电机 永磁电机 电机定子 变频器
    电力电子 软启动器 无功补偿 节能设备制造 合同能源管理 环保工程 标准件 环保设施运营 检测服务
"""
WIDE = frozenset(_WIDE.split())

# A word → what must not stand right before it: 力传感器 is no 压力传感器.
NOT_AFTER = {"力传感器": "压", "链条": "业应值"}
